// A place to drop a file on.
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
on("change", ".drop input[type=file]", (input) => (input as HTMLInputElement).form?.requestSubmit());
