// The form of one condition of a rule lies within the form of a dialog: Enter in it adds the condition.
import { on, one } from "../dom";

on("keydown", "[data-when] input", (input, event) => {
  if (event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
  const add = one("[data-when-add]", input.closest("[data-when]") as HTMLElement);
  if (!add) return;
  event.preventDefault();
  add.click();
});
