// Native dialogs: opened by a button that names them, or when the server has filled the common one.
import { on, one } from "./dom";

export function open(id: string): void {
  const dialog = one<HTMLDialogElement>(`#${id}`);
  if (dialog && !dialog.open) dialog.showModal();
}

on("click", "[data-open]", (button) => open(button.dataset.open ?? ""));
on("click", "dialog [data-shut]", (button) => button.closest("dialog")?.close());
// A click beside the dialog hits the dialog itself, its backdrop being a part of it.
on("mousedown", "dialog", (dialog, event) => {
  if (event.target !== dialog) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside && !one("[data-touched]", dialog)) (dialog as HTMLDialogElement).close();
});
// What was typed into a long form is not lost by a slip of the finger.
on("input", "[data-unsaved]", (form) => (form.dataset.touched = ""));
on("change", "[data-unsaved]", (form) => (form.dataset.touched = ""));
document.addEventListener(
  "cancel",
  (event) => {
    const form = one("[data-touched]", event.target as HTMLElement);
    if (form && !window.confirm(form.dataset.unsaved)) event.preventDefault();
  },
  true,
);
document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = (event.target as HTMLElement).closest<HTMLDialogElement>("#dialog");
  if (!dialog) return;
  if (dialog.childElementCount === 0) dialog.close();
  else if (!dialog.open) dialog.showModal();
  // Of a part that was renewed only what lies in it: whoever types elsewhere in the dialog stays there.
  one("[autofocus], [aria-invalid=true], [data-first] :is(input:not([type=hidden]), select:not([data-template]), textarea)", event.target as HTMLElement)?.focus();
});
