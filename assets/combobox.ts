// Choosing records and people by typing: an ARIA combobox whose options the server finds.
import { all, on, one } from "./dom";

const PATIENCE = 150;
const timers = new WeakMap<HTMLElement, number>();
const asked = new WeakMap<HTMLElement, AbortController>();

interface Found {
  id: number;
  title: string;
  note?: string;
}

const combo = (part: HTMLElement): HTMLElement => part.closest<HTMLElement>("[data-combo]") as HTMLElement;
const box = (part: HTMLElement): HTMLElement => one("[role=listbox]", combo(part)) as HTMLElement;
const field = (part: HTMLElement): HTMLInputElement => one<HTMLInputElement>("[role=combobox]", combo(part)) as HTMLInputElement;

function shut(part: HTMLElement): void {
  box(part).hidden = true;
  field(part).ariaExpanded = "false";
  field(part).removeAttribute("aria-activedescendant");
}

function option(found: Found, place: HTMLElement, index: number): HTMLElement {
  const element = document.createElement("div");
  element.role = "option";
  element.id = `${place.id}-${index}`;
  element.dataset.id = String(found.id);
  element.ariaSelected = String(index === 0);
  const title = document.createElement("span");
  title.textContent = found.title;
  element.append(title);
  if (found.note) {
    const note = document.createElement("small");
    note.textContent = found.note;
    element.append(note);
  }
  return element;
}

function fill(part: HTMLElement, found: Found[]): void {
  const place = box(part);
  const several = combo(part).dataset.many !== undefined;
  const chosen = new Set(several ? all<HTMLInputElement>(".token input", combo(part)).map((each) => each.value) : []);
  const offered = found.filter((each) => !chosen.has(String(each.id)));
  place.replaceChildren(...offered.map((each, index) => option(each, place, index)));
  if (!offered.length) {
    const none = document.createElement("p");
    none.className = "none";
    none.textContent = combo(part).dataset.none ?? "";
    place.append(none);
  }
  place.hidden = false;
  // In a dialog that scrolls, the last input would open its list under the edge.
  place.scrollIntoView({ block: "nearest" });
  field(part).ariaExpanded = "true";
  if (offered.length) field(part).setAttribute("aria-activedescendant", `${place.id}-0`);
}

async function ask(part: HTMLElement): Promise<void> {
  asked.get(combo(part))?.abort();
  const controller = new AbortController();
  asked.set(combo(part), controller);
  const address = new URL(combo(part).dataset.pick ?? "", window.location.href);
  address.searchParams.set("q", field(part).value);
  try {
    const answer = await fetch(address, { signal: controller.signal, headers: { Accept: "application/json" } });
    if (answer.ok) fill(part, ((await answer.json()) as { items: Found[] }).items);
  } catch {
    // A newer question took its place, or there is no network: the typed text stays.
  }
}

function drop(token: HTMLElement): void {
  const input = field(token);
  token.remove();
  input.focus();
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function choose(chosen: HTMLElement): void {
  const whole = combo(chosen);
  const input = field(chosen);
  if (whole.dataset.many === undefined) all(".token", whole).forEach((token) => token.remove());
  const token = document.createElement("span");
  token.className = "token";
  const title = document.createElement("span");
  title.textContent = one("span", chosen)?.textContent ?? "";
  const remove = document.createElement("button");
  remove.type = "button";
  remove.ariaLabel = `${whole.dataset.remove} ${title.textContent}`;
  remove.textContent = "×";
  const value = document.createElement("input");
  value.type = "hidden";
  value.name = whole.dataset.name ?? "";
  value.value = chosen.dataset.id ?? "";
  token.append(title, remove, value);
  input.before(token);
  input.value = "";
  input.placeholder = "";
  shut(input);
  input.focus();
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function step(part: HTMLElement, by: number): void {
  const options = all("[role=option]", box(part));
  if (!options.length) return;
  const now = options.findIndex((each) => each.ariaSelected === "true");
  const next = options[(now + by + options.length) % options.length];
  options.forEach((each) => (each.ariaSelected = String(each === next)));
  field(part).setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

on("input", "[data-combo] [role=combobox]", (input) => {
  window.clearTimeout(timers.get(input));
  timers.set(input, window.setTimeout(() => void ask(input), PATIENCE));
});
on("click", "[data-combo] .input", (area, event) => {
  if ((event.target as HTMLElement).closest(".token")) return;
  field(area).focus();
  if (box(area).hidden) void ask(area);
});
on("click", "[data-combo] .token button", (button) => drop(button.closest<HTMLElement>(".token") as HTMLElement));
// Before the input loses its focus, or the list would close under the finger.
on("mousedown", "[data-combo] [role=option]", (chosen, event) => {
  event.preventDefault();
  choose(chosen);
});
on("focusout", "[data-combo]", (whole, event) => {
  if (!whole.contains(event.relatedTarget as Node | null)) shut(whole);
});
on("keydown", "[data-combo] [role=combobox]", (found, event) => {
  const input = found as HTMLInputElement;
  const open = !box(input).hidden;
  const selected = one("[role=option][aria-selected=true]", box(input));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (open) step(input, event.key === "ArrowDown" ? 1 : -1);
    else void ask(input);
  } else if (event.key === "Enter" && open && selected) choose(selected);
  else if (event.key === "Escape" && open) {
    shut(input);
    event.stopPropagation();
  } else if (event.key === "Backspace" && !input.value) {
    const last = all(".token", combo(input)).pop();
    if (last) drop(last);
    return;
  } else return;
  event.preventDefault();
});
