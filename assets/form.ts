// The form of a whole record: what belongs to another category hides, and nothing typed is lost by leaving.
import { all, on, one } from "./dom";

let touched = false;

function fits(part: HTMLElement, category: string): boolean {
  const wanted = (part.dataset.categories ?? "").split(" ").filter(Boolean);
  return !wanted.length || wanted.includes(category);
}

function show(): void {
  const chosen = one<HTMLInputElement>("[data-category]:checked");
  if (!one("[data-category]")) return;
  all("form [data-categories]").forEach((part) => {
    part.hidden = !fits(part, chosen?.value ?? "");
  });
}

on("change", "[data-category]", show);
on("input", "[data-guard]", () => (touched = true));
on("change", "[data-guard]", () => (touched = true));
on("submit", "[data-guard]", () => (touched = false));
on("click", "[data-leave]", () => (touched = false));
on("keydown", "[data-guard]", (form, event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (form as HTMLFormElement).requestSubmit();
});
window.addEventListener("beforeunload", (event) => {
  if (touched) event.preventDefault();
});
show();
if (one("[data-guard]") && !one("[data-focus]")) one("[aria-invalid=true], [data-guard] .field :is(input:not([type=hidden], [type=radio]), select, textarea)")?.focus();
