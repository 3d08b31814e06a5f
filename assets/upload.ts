// A place to drop a file on, and what an import needs to know besides.
import { on, one } from "./dom";

on("dragover", ".drop", (place, event) => {
  event.preventDefault();
  place.classList.add("over");
});
on("dragleave", ".drop", (place) => place.classList.remove("over"));
on("drop", ".drop", (place, event) => {
  event.preventDefault();
  place.classList.remove("over");
  const input = one<HTMLInputElement>("input[type=file]", place);
  if (!input || !event.dataTransfer?.files.length) return;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
on("change", ".drop input[type=file]", (input) => {
  const name = one("[data-file-name]", input.closest<HTMLElement>(".drop") as HTMLElement);
  const file = (input as HTMLInputElement).files?.[0];
  if (name && file) name.textContent = file.name;
  if (file) input.closest<HTMLFormElement>("form[data-send-at-once]")?.requestSubmit();
});
on("change", "[data-mode]", (input) => {
  const part = one("[data-needs-key]");
  if (part) part.hidden = (input as HTMLInputElement).value === "add";
});
