// The record page: a click into a detail opens it, Escape leaves it, folded sections stay folded.
import htmx from "htmx.org";
import { all, on, one, recall, remember } from "./dom";

on("click", "[data-edit]", (detail, event) => {
  if ((event.target as HTMLElement).closest("a, button, input") || String(window.getSelection())) return;
  one("[data-edit-field]", detail)?.click();
});

// A page has hundreds of details: one listener asks for any of them, instead of as many requests made ready.
on("click", "[data-edit-field]", (button) => {
  const detail = button.closest<HTMLElement>("[data-edit]");
  if (detail) void htmx.ajax("get", detail.dataset.edit ?? "", { source: button, target: detail, swap: "outerHTML" });
});
on("click", "[data-asks]", (button) => {
  void htmx.ajax("get", button.dataset.asks ?? "", { source: button, target: "#dialog", swap: "innerHTML" });
});

document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.target as HTMLElement;
  const opened = place.matches("[data-editing]") ? place : one("[data-editing]", place);
  if (opened) {
    const input = one<HTMLInputElement>(".value :is(input:not([type=hidden]), select, textarea)", opened);
    input?.focus();
    if (input && /^(text|email|tel|url|)$/.test(input.type) && !input.role) input.select();
  } else one("[data-focus]", place)?.focus();
});

on("keydown", "[data-editing]", (form, event) => {
  if (event.defaultPrevented) return;
  const long = event.target instanceof HTMLTextAreaElement;
  if (event.key === "Escape") one("[data-cancel-edit]", form)?.click();
  else if (event.key === "Enter" && (!long || event.ctrlKey || event.metaKey)) (form as HTMLFormElement).requestSubmit();
  else return;
  event.preventDefault();
});

/** Of the details, the one under the pointer or with the focus is what `e` means. */
export function editHere(): boolean {
  const button = one("[data-edit]:focus-within [data-edit-field]") ?? one("[data-edit]:hover [data-edit-field]");
  button?.click();
  return button !== null;
}

const folded = (): Record<string, boolean> => recall<Record<string, boolean>>(localStorage, "folded") ?? {};

all<HTMLDetailsElement>("details[data-section]").forEach((section) => {
  const known = folded()[section.dataset.section ?? ""];
  if (known !== undefined) section.open = !known;
  section.addEventListener("toggle", () => remember(localStorage, "folded", { ...folded(), [section.dataset.section ?? ""]: !section.open }));
});

one("[data-focus]")?.focus();
