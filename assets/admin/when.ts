// The form of one condition of a rule lies within the form of a dialog: it comes into view, and Enter in it adds the
// condition.
import { on, one } from "../dom";

on("keydown", "[data-when] input", (input, event) => {
  if (event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
  const add = one("[data-when-add]", input.closest("[data-when]") as HTMLElement);
  if (!add) return;
  event.preventDefault();
  add.click();
});
document.addEventListener("htmx:afterSettle", (event) => {
  const box = event.target as HTMLElement;
  if (box.matches("[data-when]")) box.scrollIntoView({ block: "nearest" });
});
