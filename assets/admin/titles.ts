// The name of a record put together of fields: tokens in a row, text typed between them, the pattern kept beside.
import htmx from "htmx.org";
import { all, on, one } from "../dom";

type Glue = HTMLInputElement;

let at: { glue: Glue; caret: number } | null = null;

const row = (): HTMLElement | null => one("#dialog [data-tokens]");
const isGlue = (part: Element | null | undefined): part is Glue => part instanceof HTMLInputElement && part.matches(".glue");

function tell(): void {
  const kept = one<HTMLInputElement>("#dialog [data-pattern]");
  const parts = [...(row()?.children ?? [])] as HTMLElement[];
  if (!kept) return;
  kept.value = parts.map((part) => (isGlue(part) ? part.value : `{${part.dataset.token}}`)).join("");
  htmx.trigger(kept, "pattern");
}

function glue(text: string): Glue {
  const made = one<HTMLTemplateElement>("#glue")?.content.firstElementChild?.cloneNode(true) as Glue;
  made.value = text;
  return made;
}

function place(input: Glue, caret: number): void {
  input.focus();
  input.setSelectionRange(caret, caret);
}

/** A field goes where the caret was last; the text there is cut in two. */
on("click", "[data-put]", (button) => {
  const blank = one<HTMLTemplateElement>(`[data-token-of="${button.dataset.put}"]`)?.content.firstElementChild;
  const last = all<Glue>(".glue", row() ?? document).at(-1);
  const into = at && at.glue.isConnected ? at.glue : last;
  if (!blank || !into) return;
  const caret = at && at.glue === into ? at.caret : into.value.length;
  const rest = glue(into.value.slice(caret));
  // Two fields next to each other would run together.
  const before = into.value.slice(0, caret);
  into.value = before === "" && into.previousElementSibling ? " " : before;
  into.after(blank.cloneNode(true), rest);
  place(rest, 0);
  at = { glue: rest, caret: 0 };
  tell();
});

function takeOut(token: Element): void {
  const [before, after] = [token.previousElementSibling, token.nextElementSibling];
  if (!isGlue(before) || !isGlue(after)) return;
  const caret = before.value.length;
  before.value += after.value;
  token.remove();
  after.remove();
  place(before, caret);
  tell();
}

on("click", "[data-untoken]", (button) => takeOut(button.closest("[data-token]") as Element));
on("input", ".glue", tell);
on("focusout", ".glue", (input) => (at = { glue: input as Glue, caret: (input as Glue).selectionStart ?? 0 }));
on("keydown", ".glue", (found, event) => {
  const input = found as Glue;
  const [start, end] = [input.selectionStart === 0 && input.selectionEnd === 0, input.selectionStart === input.value.length];
  const [before, after] = [input.previousElementSibling, input.nextElementSibling];
  if (event.key === "Backspace" && start && before) takeOut(before);
  else if (event.key === "Delete" && end && after) takeOut(after);
  else if (event.key === "ArrowLeft" && start && isGlue(before?.previousElementSibling)) place(before.previousElementSibling, before.previousElementSibling.value.length);
  else if (event.key === "ArrowRight" && end && isGlue(after?.nextElementSibling)) place(after.nextElementSibling, 0);
  else return;
  event.preventDefault();
});
on("click", "[data-tokens]", (box, event) => {
  if (event.target === box) all<Glue>(".glue", box).at(-1)?.focus();
});

// Columns: from one list into the other.
on("click", "[data-column-in]", (button) => {
  const offer = button.closest("[data-offer]") as HTMLElement;
  const made = one<HTMLTemplateElement>("template", offer)?.content.firstElementChild?.cloneNode(true);
  if (!made) return;
  one("#dialog .column-rows")?.append(made);
  const next = all<HTMLElement>("#dialog [data-offer]:not([hidden]) button");
  const here = next.indexOf(button);
  offer.hidden = true;
  (next[here + 1] ?? next[here - 1])?.focus();
});
on("click", "[data-column-out]", (button) => {
  const gone = button.closest("[data-column]") as HTMLElement;
  const next = (gone.nextElementSibling ?? gone.previousElementSibling) as HTMLElement | null;
  const offer = one(`#dialog [data-offer="${gone.dataset.column}"]`);
  if (offer) offer.hidden = false;
  gone.remove();
  one("[data-column-out]", next ?? document)?.focus();
});
