// Rights: what an unsaved change would do is asked of the server as soon as something is switched.
import htmx from "htmx.org";
import { all, on, one } from "../dom";

let timer = 0;
let touched = false;

const form = (): HTMLFormElement | null => one<HTMLFormElement>("[data-matrix]");

function changed(): boolean {
  const boxes = all<HTMLInputElement>("[data-matrix] input");
  return boxes.some((box) => (box.type === "hidden" ? box.value !== (box.dataset.was ?? box.value) : box.checked !== box.defaultChecked));
}

function ask(): void {
  touched = changed();
  const bar = one("#impact");
  all<HTMLButtonElement>("[data-save-matrix]").forEach((save) => (save.disabled = !touched));
  if (!touched) bar?.replaceChildren();
  else if (form()) void htmx.ajax("post", form()?.dataset.impact ?? "", { source: "[data-matrix]", target: "#impact", swap: "innerHTML" });
}

on("change", "[data-matrix]", () => {
  window.clearTimeout(timer);
  timer = window.setTimeout(ask, 120);
});
on("click", "[data-undo-matrix]", () => {
  form()?.reset();
  all<HTMLInputElement>("[data-matrix] input[type=hidden][data-was]").forEach((box) => {
    box.value = box.dataset.was ?? box.value;
  });
  window.location.reload();
});
on("submit", "[data-matrix]", () => (touched = false));
on("click", "[data-undo-matrix]", () => (touched = false));
window.addEventListener("beforeunload", (event) => {
  if (touched) event.preventDefault();
});

/** A row rule made in the dialog goes into the form, and its sentence onto the button that opened it. */
document.addEventListener("use-rule", (event) => {
  const { role, rows, sentence } = (event as CustomEvent<{ role: string; rows: string; sentence: string }>).detail;
  const box = one<HTMLInputElement>(`[name="rows.${role}"]`);
  const words = one(`#rule-${role}`);
  if (!box || !words) return;
  box.value = rows;
  words.textContent = sentence;
  box.dispatchEvent(new Event("change", { bubbles: true }));
});

on("change", "[data-rights]", (box) => {
  const words = all<HTMLInputElement>("input:checked", box).map((each) => each.dataset.word ?? "");
  const button = one(`[popovertarget="${box.id}"]`);
  if (button) button.textContent = words.join(", ") || (button.dataset.nothing ?? "");
});
document.addEventListener("htmx:configRequest", (event) => {
  const role = (event.target as HTMLElement).dataset.rule;
  const { parameters } = (event as CustomEvent<{ parameters: Record<string, string> }>).detail;
  if (role) parameters.filter = one<HTMLInputElement>(`[name="rows.${role}"]`)?.value ?? "";
});

/** A whole row or column at once; a single change event lets the server tell what it would do. */
on("click", "[data-set-level]", (button) => {
  const { setLevel: level, ofRole: role, ofPlace: place } = button.dataset;
  const boxes = all<HTMLInputElement>(`[data-matrix] .lvl input[value="${level}"]`).filter((box) => (role ? box.name.startsWith(`s.${role}.`) : box.name.endsWith(`.${place}`)));
  boxes.forEach((box) => (box.checked = true));
  button.closest<HTMLElement>("[popover]")?.hidePopover();
  boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
});

/** Fields stricter than their section, chosen in the dialog, go into the form and onto the button that opened it. */
document.addEventListener("use-exceptions", (event) => {
  const { role, section, fields, words } = (event as CustomEvent<{ role: string; section: string; fields: string; words: string }>).detail;
  const box = one<HTMLInputElement>(`[name="fields.${role}"]`);
  const button = one(`#few-${role}-${section}`);
  if (!box || !button) return;
  box.value = fields;
  button.textContent = words || (button.dataset.none ?? "");
  box.dispatchEvent(new Event("change", { bubbles: true }));
});
document.addEventListener("htmx:configRequest", (event) => {
  const { few: role, fewOf: name } = (event.target as HTMLElement).dataset;
  if (!role) return;
  const { parameters } = (event as CustomEvent<{ parameters: Record<string, string> }>).detail;
  parameters.fields = one<HTMLInputElement>(`[name="fields.${role}"]`)?.value ?? "";
  parameters.level = one<HTMLInputElement>(`[name="${name}"]:checked`)?.value ?? "";
});
