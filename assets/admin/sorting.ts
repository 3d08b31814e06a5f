// Order by dragging, with mouse, pen or finger: of things on the page, which the server is told of, and of rows of a form.
import htmx from "htmx.org";
import { on, one } from "../dom";

const LISTS = "[data-sort], [data-sort-here]";
const STARTS_AFTER = 4;
const EDGE = 56;
const PACE = 14;

interface Drag {
  item: HTMLElement;
  list: HTMLElement;
  next: Element | null;
  pointer: number;
  x: number;
  y: number;
  shade: HTMLElement | null;
  onto: HTMLElement | null;
}

let drag: Drag | null = null;

const here = (list: HTMLElement): boolean => list.dataset.sortHere !== undefined;
const movable = (thing: Element, list: HTMLElement): boolean => here(list) || (thing as HTMLElement).dataset.keyOf !== undefined;

function follower(item: HTMLElement): string {
  const next = item.nextElementSibling as HTMLElement | null;
  return next?.dataset.keyOf ?? "";
}

/** The server is told what the thing now stands before, which stays right whatever others move meanwhile. */
export function tell(item: HTMLElement, list: HTMLElement, before = follower(item), failed = (): void => undefined): void {
  const address = (list.dataset.sort ?? "").replace("KEY", item.dataset.keyOf ?? "");
  const was = item.dataset.was;
  const values = { before, section: list.dataset.section ?? "", ...(was === undefined ? {} : { was }) };
  const heard = (event: Event): void => {
    if (event.target !== list) return;
    list.removeEventListener("htmx:afterRequest", heard);
    if (!(event as CustomEvent<{ successful: boolean }>).detail.successful) failed();
  };
  list.addEventListener("htmx:afterRequest", heard);
  void htmx.ajax("post", address, { source: list, target: list, swap: "none", values });
}

function accepts(list: HTMLElement, { list: home }: Drag): boolean {
  return list === home || (home.dataset.group !== undefined && home.dataset.group === list.dataset.group);
}

function listAt(x: number, y: number, thing: Drag): [HTMLElement, Element] | null {
  const under = document.elementFromPoint(x, y);
  let list = under?.closest<HTMLElement>(LISTS) ?? null;
  while (list && !accepts(list, thing)) list = list.parentElement?.closest<HTMLElement>(LISTS) ?? null;
  return list && under ? [list, under] : null;
}

function childOf(list: HTMLElement, under: Element): HTMLElement | null {
  let child: Element | null = under;
  while (child && child.parentElement !== list) child = child.parentElement;
  return child && movable(child, list) ? (child as HTMLElement) : null;
}

/** Beside one another the sides count, under one another the halves. */
function pastMiddle(other: HTMLElement, { item, x, y }: Drag): boolean {
  const [mine, its] = [item.getBoundingClientRect(), other.getBoundingClientRect()];
  const beside = item.parentElement === other.parentElement && Math.abs(mine.top + mine.bottom - its.top - its.bottom) < Math.min(mine.height, its.height);
  return beside ? x > (its.left + its.right) / 2 : y > (its.top + its.bottom) / 2;
}

function hold(onto: HTMLElement | null, thing: Drag): void {
  thing.onto?.classList.remove("dropping");
  onto?.classList.add("dropping");
  thing.onto = onto;
}

function place(thing: Drag): void {
  const { item, x, y } = thing;
  const found = listAt(x, y, thing);
  hold(found && found[0].dataset.drop !== undefined ? found[0] : null, thing);
  if (!found || thing.onto) return;
  const [list, under] = found;
  const other = childOf(list, under);
  if (other === item) return;
  if (other) {
    const next = pastMiddle(other, thing) ? other.nextElementSibling : other;
    if (next !== item && next !== item.nextElementSibling) list.insertBefore(item, next);
  } else if (list !== item.parentElement) {
    const last = [...list.children].filter((each) => movable(each, list)).pop();
    if (last) last.after(item);
    else list.prepend(item);
  }
}

function nameOf(item: HTMLElement): string {
  const input = one<HTMLInputElement>("input:not([type=hidden])", item);
  return item.ariaLabel ?? one("[data-name]", item)?.dataset.name ?? (input?.type === "text" ? input.value : "") ?? "";
}

function start(thing: Drag): void {
  const shade = document.createElement("div");
  shade.className = "drag-shade";
  shade.textContent = nameOf(thing.item) || (one("h2, b, .cut, .name, button", thing.item)?.textContent ?? "").trim();
  // In a dialog, since a dialog lies over everything else.
  (thing.item.closest("dialog") ?? document.body).append(shade);
  thing.shade = shade;
  thing.item.classList.add("ghost");
  document.documentElement.classList.add("dragging");
  document.documentElement.setPointerCapture(thing.pointer);
  requestAnimationFrame(scroll);
}

/** Near an edge what lies beyond it comes in, as long as the pointer stays there. */
function scroll(): void {
  if (!drag?.shade) return;
  const by = drag.y < EDGE ? -PACE : drag.y > window.innerHeight - EDGE ? PACE : 0;
  if (by) {
    (drag.item.closest("dialog") ?? document.scrollingElement)?.scrollBy(0, by);
    place(drag);
  }
  requestAnimationFrame(scroll);
}

function finish(thing: Drag): void {
  drag = null;
  hold(null, thing);
  thing.shade?.remove();
  thing.item.classList.remove("ghost");
  document.documentElement.classList.remove("dragging");
}

function giveBack({ item, list, next }: Drag): void {
  if (item.isConnected && list.isConnected) list.insertBefore(item, next?.parentElement === list ? next : null);
}

function drop(thing: Drag): void {
  const { item, list, next, onto } = thing;
  finish(thing);
  if (!thing.shade || !item.isConnected) return;
  const now = item.parentElement as HTMLElement;
  if (onto) {
    giveBack(thing);
    tell(item, onto, "");
  } else if (now !== list || item.nextElementSibling !== next) {
    if (here(list)) list.dispatchEvent(new Event("change", { bubbles: true }));
    else tell(item, now, follower(item), () => giveBack(thing));
  }
}

on("pointerdown", "[data-grip]", (handle, event) => {
  const item = handle.closest<HTMLElement>("[data-key-of], [data-sort-here] > *");
  const list = item?.parentElement;
  if (drag || !item || !list?.matches(LISTS) || !event.isPrimary || event.button !== 0) return;
  drag = { item, list, next: item.nextElementSibling, pointer: event.pointerId, x: event.clientX, y: event.clientY, shade: null, onto: null };
});
document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  if (!drag.shade && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < STARTS_AFTER) return;
  [drag.x, drag.y] = [event.clientX, event.clientY];
  if (!drag.shade) start(drag);
  if (drag.shade) drag.shade.style.transform = `translate(${drag.x + 12}px, ${drag.y + 10}px)`;
  place(drag);
});
document.addEventListener("pointerup", (event) => {
  if (drag && event.pointerId === drag.pointer) drop(drag);
});

function leave(): void {
  if (!drag) return;
  const left = drag;
  finish(left);
  giveBack(left);
}

document.addEventListener("pointercancel", leave);
// Before a dialog hears of it: Escape leaves the dragging, not the dialog.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !drag?.shade) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  },
  true,
);

on("click", ".mover[data-still]", (_button, event) => event.preventDefault());
document.addEventListener("htmx:confirm", (event) => {
  if ((event.target as HTMLElement).matches("[data-still]")) event.preventDefault();
});
// Emptied as well: a dialog with something in it would open again when the page has settled.
document.addEventListener("shut-dialog", () => {
  const dialog = one<HTMLDialogElement>("#dialog");
  dialog?.close();
  dialog?.replaceChildren();
});
