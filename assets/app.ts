// Everything the browser runs: htmx, and small modules that look after one thing each.
import "./requests";
import "./toasts";
import "./frame";
import "./popovers";
import "./dialogs";
import "./finder";
import "./list";
import "./combobox";
import "./record";
import "./record_design";
import "./form";
import "./rules";
import "./trail";
import "./keys";
import "./upload";
import "./tasks";
import "./admin/index";
