// Naming colleagues in a text: after "@" the people whose names fit are offered, as options of the text itself.
import { all, on, one } from "./dom";

const PATIENCE = 150;
const LONGEST = 40;
let timer = 0;
let asked: AbortController | undefined;
let made = 0;

interface Found {
  id: number;
  title: string;
}

/** What stands between the last "@" and the caret, when a name may still follow; null elsewhere. */
function begun(text: HTMLTextAreaElement): string | null {
  const before = text.value.slice(0, text.selectionStart);
  const at = before.lastIndexOf("@");
  if (at < 0 || before.length - at > LONGEST) return null;
  if (at > 0 && /[\p{L}\p{N}._-]/u.test(before[at - 1])) return null;
  const words = before.slice(at + 1);
  return words.includes("\n") || /\s$/.test(words) || words.trim().split(/\s+/).length > 3 ? null : words;
}

function box(text: HTMLTextAreaElement): HTMLElement {
  const whole = text.closest<HTMLElement>("[data-mentions]") as HTMLElement;
  const known = one("[role=listbox]", whole);
  if (known) return known;
  const place = document.createElement("div");
  place.role = "listbox";
  place.id = `mentions-${(made += 1)}`;
  place.className = "options";
  place.hidden = true;
  place.ariaLabel = "@";
  whole.append(place);
  text.setAttribute("aria-controls", place.id);
  text.setAttribute("aria-autocomplete", "list");
  return place;
}

function shut(text: HTMLTextAreaElement): void {
  box(text).hidden = true;
  text.removeAttribute("aria-activedescendant");
}

function select(text: HTMLTextAreaElement, chosen: HTMLElement): void {
  all("[role=option]", box(text)).forEach((each) => (each.ariaSelected = String(each === chosen)));
  text.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

function fill(text: HTMLTextAreaElement, found: Found[]): void {
  const place = box(text);
  place.replaceChildren(
    ...found.slice(0, 8).map((each, index) => {
      const option = document.createElement("div");
      option.role = "option";
      option.id = `${place.id}-${index}`;
      option.textContent = each.title;
      return option;
    }),
  );
  place.hidden = found.length === 0;
  const first = one("[role=option]", place);
  if (first) select(text, first);
}

async function ask(text: HTMLTextAreaElement): Promise<void> {
  const words = begun(text);
  if (words === null) {
    shut(text);
    return;
  }
  asked?.abort();
  asked = new AbortController();
  const whole = text.closest<HTMLElement>("[data-mentions]");
  const address = new URL(whole?.dataset.mentions ?? "", window.location.href);
  address.searchParams.set("q", words);
  try {
    const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "application/json" } });
    if (answer.ok && begun(text) === words) fill(text, ((await answer.json()) as { items: Found[] }).items);
  } catch {
    // A newer question took its place, or there is no network: the name can be typed as well.
  }
}

function choose(text: HTMLTextAreaElement, chosen: HTMLElement): void {
  const caret = text.selectionStart;
  const at = text.value.lastIndexOf("@", caret - 1);
  const name = `@${chosen.textContent} `;
  text.setRangeText(name, at, caret, "end");
  shut(text);
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

on("input", "[data-mentions] textarea", (text) => {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void ask(text as HTMLTextAreaElement), PATIENCE);
});
// Before the text loses its focus, or the list would close under the finger.
on("mousedown", "[data-mentions] [role=option]", (chosen, event) => {
  event.preventDefault();
  const text = one<HTMLTextAreaElement>("textarea", chosen.closest<HTMLElement>("[data-mentions]") as HTMLElement);
  if (text) choose(text as HTMLTextAreaElement, chosen);
});
on("focusout", "[data-mentions] textarea", (text) => shut(text as HTMLTextAreaElement));
on("keydown", "[data-mentions] textarea", (found, event) => {
  const text = found as HTMLTextAreaElement;
  const place = box(text);
  if (place.hidden) return;
  const options = all("[role=option]", place);
  const now = options.findIndex((each) => each.ariaSelected === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const by = event.key === "ArrowDown" ? 1 : -1;
    select(text, options[(now + by + options.length) % options.length]);
  } else if ((event.key === "Enter" || event.key === "Tab") && options[now]) choose(text, options[now]);
  else if (event.key === "Escape") {
    shut(text);
    event.stopPropagation();
  } else return;
  event.preventDefault();
});
