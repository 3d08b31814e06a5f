// What only the administration needs.
import "./sorting";
import "./rows";
import "./matrix";
import "./studio";
import "./titles";
import "./when";
