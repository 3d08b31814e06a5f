// The sentence of a watchdog: a part that is chosen opens its questions, the others fold away.
import { on, one } from "./dom";

function show(part: string, focus: boolean): void {
  const form = one("[data-dog]");
  if (!form) return;
  form.querySelectorAll<HTMLElement>("[data-question]").forEach((question) => (question.hidden = question.id !== `part-${part}`));
  mark(part);
  if (focus) one("input:not([type=hidden]), select, button", one(`#part-${part}`) ?? form)?.focus();
}

function mark(part: string): void {
  document.querySelectorAll<HTMLElement>("[data-dog] [data-part]").forEach((button) => {
    button.setAttribute("aria-expanded", String(button.dataset.part === part));
  });
}

function open(): string {
  return document.querySelector<HTMLElement>("[data-question]:not([hidden])")?.id.replace("part-", "") ?? "when";
}

on("click", "[data-dog] [data-part]", (button) => show(button.dataset.part ?? "when", true));
// The sentence comes anew with every answer; what is open stays open.
document.addEventListener("htmx:oobAfterSwap", () => mark(open()));
if (one("[data-dog]")) show("when", false);
