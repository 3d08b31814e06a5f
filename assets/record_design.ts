// Designing on the page of a record: F2 opens the dialog of the field one is in, and handles carry things by keys.
import { all, on, one } from "./dom";
import { tell } from "./admin/sorting";

const FIELD = ".field, .placed > header, details > summary";

on("keydown", "*", (place, event) => {
  if (event.key !== "F2" || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
  const pencil = one("[data-design]", place.closest<HTMLElement>(FIELD) ?? undefined);
  const under = place.closest(FIELD) ? pencil : one(`:is(${FIELD}):hover [data-design]`);
  if (!under) return;
  event.preventDefault();
  under.click();
});

/** The server learns which version of the design is on the page, and a form's inputs come along so that they survive. */
document.addEventListener("htmx:configRequest", (event) => {
  const { detail } = event as CustomEvent<{ path: string; verb: string; headers: Record<string, string>; formData: FormData }>;
  const page = one("#details[data-design-version], #form-parts[data-design-version]");
  if (!page || !detail.path.startsWith("/admin/")) return;
  detail.headers["X-Design-Version"] = page.dataset.designVersion ?? "";
  const form = one<HTMLFormElement>("form[data-guard]");
  if (!form || detail.verb !== "post") return;
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith("v.") || name === "category") detail.formData.append(name, value);
  }
});

interface Carried {
  handle: HTMLElement;
  item: HTMLElement;
  list: HTMLElement;
  next: Element | null;
}

let carried: Carried | null = null;
let moving = false;

const neighbour = (item: HTMLElement, by: number): HTMLElement | null => {
  const found = (by > 0 ? item.nextElementSibling : item.previousElementSibling) as HTMLElement | null;
  return found?.dataset.keyOf === undefined ? null : found;
};

function announce(words: string | undefined, { item, handle }: Carried): void {
  const list = item.parentElement as HTMLElement;
  const things = all("[data-key-of]", list).filter((each) => each.parentElement === list);
  const place = list.dataset.place ?? one("#details")?.dataset.page ?? "";
  const said = (words ?? "")
    .replace("{name}", handle.dataset.name ?? "")
    .replace("{n}", String(things.indexOf(item) + 1))
    .replace("{all}", String(things.length))
    .replace("{place}", place);
  const region = one("#carried");
  if (region) region.textContent = said;
}

/** Moving a thing in the page takes the focus from its handle, which must not look like leaving it. */
function put(thing: Carried, move: () => void): void {
  moving = true;
  move();
  thing.handle.focus();
  moving = false;
  thing.handle.scrollIntoView({ block: "nearest" });
}

function step(thing: Carried, by: number): void {
  const { item } = thing;
  const beside = neighbour(item, by);
  const list = item.parentElement as HTMLElement;
  const lists = list.dataset.group ? all(`[data-sort][data-group="${list.dataset.group}"]`) : [list];
  const other = lists[lists.indexOf(list) + by];
  put(thing, () => {
    if (beside) by > 0 ? beside.after(item) : beside.before(item);
    else if (other && by > 0) other.prepend(item);
    else if (other) other.append(item);
  });
  announce(one("#details")?.dataset.at, thing);
}

function finish(thing: Carried): void {
  carried = null;
  thing.handle.ariaPressed = "false";
  thing.item.classList.remove("carried");
}

function drop(thing: Carried): void {
  finish(thing);
  announce(one("#details")?.dataset.down, thing);
  const list = thing.item.parentElement as HTMLElement;
  if (list !== thing.list || thing.item.nextElementSibling !== thing.next) tell(thing.item, list);
}

function giveBack(thing: Carried): void {
  finish(thing);
  put(thing, () => thing.list.insertBefore(thing.item, thing.next));
  announce(one("#details")?.dataset.back, thing);
}

function pick(handle: HTMLElement): void {
  const item = handle.closest<HTMLElement>("[data-key-of]") as HTMLElement;
  carried = { handle, item, list: item.parentElement as HTMLElement, next: item.nextElementSibling };
  handle.ariaPressed = "true";
  item.classList.add("carried");
  announce(one("#details")?.dataset.picked, carried);
}

const STEPS: Record<string, number> = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 };

on("keydown", "[data-carry]", (handle, event) => {
  if (event.key === "Enter" || event.key === " ") carried ? drop(carried) : pick(handle);
  else if (carried && event.key === "Escape") giveBack(carried);
  else if (carried && event.key in STEPS) step(carried, STEPS[event.key]);
  else return;
  event.preventDefault();
});
document.addEventListener("focusout", (event) => {
  if (carried && !moving && event.target === carried.handle) giveBack({ ...carried });
});
