// Rows of a form that come and go: choices of a field. And words put into an input by a click.
import { all, on, one } from "../dom";

const row = (part: HTMLElement): HTMLElement => part.closest("li") as HTMLElement;

on("click", "[data-row-add]", (button) => {
  const box = button.closest("fieldset") as HTMLElement;
  const blank = one<HTMLTemplateElement>("template", box)?.content.cloneNode(true);
  if (!blank) return;
  one("[data-rows]", box)?.append(blank);
  all<HTMLInputElement>("[data-rows] li:last-child input:not([type=hidden])", box)[0]?.focus();
});
on("click", "[data-row-out]", (button) => {
  const next = row(button).nextElementSibling ?? row(button).previousElementSibling;
  row(button).remove();
  if (next) one("input:not([type=hidden])", next as HTMLElement)?.focus();
});
on("click", "[data-row-up]", (button) => {
  row(button).previousElementSibling?.before(row(button));
  button.focus();
});
on("click", "[data-row-down]", (button) => {
  row(button).nextElementSibling?.after(row(button));
  button.focus();
});
on("click", "[data-row-idle]", (button) => {
  const idle = row(button).classList.toggle("idle");
  const active = one<HTMLInputElement>("input[name$='.active']", row(button));
  if (active) active.value = idle ? "0" : "1";
});
// Enter in the last row makes the next one, as in every list that is typed.
on("keydown", ".choices input", (input, event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const next = row(input).nextElementSibling;
  if (next) one("input:not([type=hidden])", next as HTMLElement)?.focus();
  else one("[data-row-add]", input.closest("fieldset") as HTMLElement)?.click();
});
on("click", "[data-insert]", (button) => {
  const input = one<HTMLInputElement>(`#${button.dataset.into}`);
  if (!input) return;
  input.setRangeText(button.dataset.insert ?? "", input.selectionStart ?? input.value.length, input.selectionEnd ?? input.value.length, "end");
  input.focus();
});
on("keydown", "#dialog form", (form, event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (form as HTMLFormElement).requestSubmit();
});
