// The drawer on a phone, and copying of links.
import { on, one } from "./dom";
import { say } from "./toasts";

function drawer(open: boolean): void {
  one("#rail")?.classList.toggle("open", open);
  one("[data-drawer]")?.setAttribute("aria-expanded", String(open));
  one(".veil")?.remove();
  if (!open) return;
  const veil = document.createElement("div");
  veil.className = "veil";
  veil.addEventListener("click", () => drawer(false));
  document.body.append(veil);
  one("#rail a")?.focus();
}

on("click", "[data-drawer]", () => drawer(!one("#rail")?.classList.contains("open")));
on("click", "#rail a, #rail [data-open]", () => drawer(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && one("#rail.open")) drawer(false);
});

on("click", "[data-copy]", (button) => {
  const { copy = "", copied = "" } = button.dataset;
  void navigator.clipboard.writeText(copy).then(() => say(copied), () => say(copy));
  button.closest<HTMLElement>("[popover]")?.hidePopover();
});

// Where the tabs are wider than the window, the one that is open comes into sight.
requestAnimationFrame(() => {
  const tabs = one(".tabs");
  const here = tabs ? one("[aria-current]", tabs) : null;
  if (tabs && here && tabs.scrollWidth > tabs.clientWidth) tabs.scrollLeft = here.offsetLeft - (tabs.clientWidth - here.offsetWidth) / 2;
});
