// Short messages at the bottom of the page, with the way back when there is one.
import htmx from "htmx.org";
import { all, on, one } from "./dom";

const STAYS = 9000;

function leaveLater(toast: HTMLElement): void {
  let timer = window.setTimeout(() => toast.remove(), STAYS);
  const hold = (): void => window.clearTimeout(timer);
  const release = (): void => {
    timer = window.setTimeout(() => toast.remove(), STAYS / 2);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
}

function wayBack(address: string): HTMLElement {
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "undo";
  undo.textContent = document.body.dataset.undo ?? "";
  undo.addEventListener("click", () => {
    undo.closest(".toast")?.remove();
    void htmx.ajax("post", address, { source: document.body, swap: "none" });
  });
  return undo;
}

/** The messages that say the same and offer no way back: one of them is enough. */
function saidBefore(text: string): HTMLElement[] {
  return all("#toasts .toast").filter(
    (toast) => !one(".undo", toast) && one("span", toast)?.textContent === text,
  );
}

export function say(text: string, tone = "", undo = ""): void {
  const place = one("#toasts");
  if (!place || !text) return;
  const toast = document.createElement("div");
  toast.className = `toast ${tone}`;
  const words = document.createElement("span");
  words.textContent = text;
  const shut = document.createElement("button");
  shut.type = "button";
  shut.className = "shut";
  shut.ariaLabel = document.body.dataset.close ?? "";
  shut.textContent = "×";
  toast.append(words, ...(undo ? [wayBack(undo)] : []), shut);
  if (!undo) saidBefore(text).forEach((older) => older.remove());
  place.append(toast);
  leaveLater(toast);
}

all("#toasts .toast").forEach(leaveLater);
on("click", ".toast .shut", (button) => button.closest(".toast")?.remove());
document.addEventListener("say", (event) => {
  const { text, tone, undo } = (event as CustomEvent<{ text: string; tone?: string; undo?: string }>).detail;
  say(text, tone, undo);
});
