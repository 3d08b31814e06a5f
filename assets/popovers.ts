// Native popovers placed beside the button that opened them; those filled by the server open when the answer is there.
import { on, one } from "./dom";

const EDGE = 8;
const openers = new WeakMap<HTMLElement, HTMLElement>();

function place(popover: HTMLElement, opener: HTMLElement): void {
  const from = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = Math.min(from.left, window.innerWidth - width - EDGE);
  const below = from.bottom + 4;
  const fits = below + height + EDGE <= window.innerHeight && popover.dataset.place !== "above";
  popover.style.left = `${Math.max(EDGE, from.left + width > window.innerWidth - EDGE ? Math.min(from.right - width, left) : left)}px`;
  popover.style.top = `${Math.max(EDGE, fits ? below : Math.min(from.top - height - 4, window.innerHeight - height - EDGE))}px`;
}

function openerOf(popover: HTMLElement): HTMLElement | null {
  return openers.get(popover) ?? one(`[popovertarget="${popover.id}"]`);
}

document.addEventListener(
  "toggle",
  (event) => {
    const popover = event.target as HTMLElement;
    if (!popover.matches("[popover]") || (event as ToggleEvent).newState !== "open") return;
    const opener = openerOf(popover);
    if (opener) place(popover, opener);
    one("[autofocus], input:not([type=hidden]), a, button", popover)?.focus();
  },
  true,
);

on("click", "[popovertarget]", (button) => {
  const popover = one(`#${button.getAttribute("popovertarget")}`);
  if (popover) openers.set(popover, button);
});
on("click", "[data-pop]", (button) => {
  const popover = one(`#${button.dataset.pop}`);
  if (popover) openers.set(popover, button);
});
document.addEventListener("htmx:afterSettle", (event) => {
  const popover = (event.target as HTMLElement).closest<HTMLElement>("[popover]");
  if (!popover) return;
  if (!popover.matches(":popover-open")) popover.showPopover();
  const opener = openerOf(popover);
  if (opener) place(popover, opener);
});
on("click", "[data-shut-pop], [popover] menu a, [popover] menu [data-open]", (button) => button.closest<HTMLElement>("[popover]")?.hidePopover());
document.addEventListener("shut-pop", () => document.querySelectorAll<HTMLElement>("[popover]:popover-open").forEach((each) => each.hidePopover()));
