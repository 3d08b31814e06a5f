// The form of a whole record: what belongs to another category or is ruled out hides, and nothing typed is lost by leaving.
import { all, on, one } from "./dom";

let touched = false;

function fits(part: HTMLElement, category: string): boolean {
  const wanted = (part.dataset.categories ?? "").split(" ").filter(Boolean);
  return !wanted.length || wanted.includes(category);
}

const FORMS = "[data-guard], [data-fits]";

/** Shows what the category and the rules leave; a section of which nothing is left goes too. */
function fitForm(form: HTMLElement): void {
  const chosen = one("[data-category]", form) ? (one<HTMLInputElement>("[data-category]:checked", form)?.value ?? "") : null;
  const stays = (part: HTMLElement): boolean => (chosen === null || fits(part, chosen)) && part.dataset.ruled !== "off";
  all(".field[data-categories]", form).forEach((part) => (part.hidden = !stays(part)));
  all(":is(details, fieldset)[data-categories]", form).forEach((section) => {
    const fields = all("[data-field]", section);
    section.hidden = !stays(section) || (fields.length > 0 && fields.every((part) => part.hidden));
  });
}

export function fit(): void {
  all(FORMS).forEach(fitForm);
}

on("change", "[data-category]", fit);
document.addEventListener("htmx:afterSettle", fit);
on("input", "[data-guard]", () => (touched = true));
on("change", "[data-guard]", () => (touched = true));
on("submit", "[data-guard]", () => (touched = false));
on("click", "[data-leave]", () => (touched = false));
on("keydown", FORMS, (form, event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (form as HTMLFormElement).requestSubmit();
});
window.addEventListener("beforeunload", (event) => {
  if (touched) event.preventDefault();
});
fit();
if (one("[data-guard]") && !one("[data-focus]")) one("[aria-invalid=true], [data-guard] .field :is(input:not([type=hidden], [type=radio]), select, textarea)")?.focus();
