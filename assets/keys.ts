// One map of keys for the whole interface; `?` shows it.
import { open } from "./dialogs";
import { all, one, typing } from "./dom";
import { move, tickHere } from "./list";
import { editHere } from "./record";

let afterG = 0;

const press = (selector: string): void => one(selector)?.click();

function go(key: string): void {
  if (key === "h") press(".rail .brand");
  else if (/^[1-9]$/.test(key)) all(".rail nav a[href^='/r/']")[Number(key) - 1]?.click();
}

function step(by: number): void {
  if (one("#list")) move(by);
  else press(by > 0 ? "[data-trail-after][href]" : "[data-trail-before][href]");
}

const map: Record<string, () => void> = {
  "?": () => open("keys"),
  "/": () => one("#q")?.focus(),
  j: () => step(1),
  k: () => step(-1),
  x: tickHere,
  e: () => void (editHere() || press("[data-key=e]")),
  n: () => press("[data-key=n]"),
  f: () => press("[data-key=f]"),
  u: () => press("[data-trail-list]"),
  c: () => press("[data-key=c]"),
  d: () => press("[data-key=d]"),
  g: () => void (afterG = Date.now()),
};

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    open("finder");
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || one("dialog[open], :popover-open")) return;
  if (afterG && Date.now() - afterG < 1500 && event.key !== "g") {
    afterG = 0;
    go(event.key);
  } else if (map[event.key]) {
    event.preventDefault();
    map[event.key]();
  }
});

one("#q")?.addEventListener("keydown", (event) => {
  if (event.key === "Escape" || event.key === "ArrowDown") {
    event.preventDefault();
    (event.currentTarget as HTMLElement).blur();
    if (event.key === "ArrowDown") move(1);
  }
});
