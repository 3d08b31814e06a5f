// How htmx behaves here: which answers are shown, what is said when none comes, and the line at the top while one waits.
import htmx from "htmx.org";
import { one } from "./dom";
import { say } from "./toasts";

htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "(409|412|422)", swap: true },
  { code: "...", swap: false, error: true },
];

// Nothing here is styled by attributes, which the content policy forbids; htmx would carry them from old parts to new ones.
htmx.config.attributesToSettle = ["class"];

let waiting = 0;

function show(change: number): void {
  waiting = Math.max(0, waiting + change);
  one("#busy")?.classList.toggle("on", waiting > 0);
}

document.addEventListener("htmx:beforeRequest", () => show(1));
document.addEventListener("htmx:afterRequest", () => show(-1));
document.addEventListener("htmx:sendError", () => say(document.body.dataset.offline ?? "", "bad"));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  say(xhr.getResponseHeader("X-Sentence") ? decodeURIComponent(xhr.getResponseHeader("X-Sentence") ?? "") : document.body.dataset.oops ?? "", "bad");
});

// A refusal whose sentence no part of the page has taken in is said nevertheless: nothing is refused in silence.
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, target } = (event as CustomEvent<{ xhr: XMLHttpRequest; target?: Element }>).detail;
  const told = [409, 412, 422].includes(xhr.status) ? xhr.getResponseHeader("X-Sentence") : null;
  const sentence = told ? decodeURIComponent(told) : "";
  if (sentence && !target?.textContent?.includes(sentence)) say(sentence, "bad");
});
