// Conditional rules of a form: the server judges what is typed, and tells what is shown and what must be filled in.
import { all, on, one } from "./dom";
import { fit } from "./form";

interface Conduct {
  shown: boolean;
  required: boolean;
}

const PATIENCE = 120;
let timer = 0;
let asked: AbortController | null = null;

function obey(form: HTMLElement, found: Record<string, Conduct>): void {
  for (const [key, { shown, required }] of Object.entries(found)) {
    const part = one(`[data-field="${key}"]`, form);
    if (!part) continue;
    part.dataset.ruled = shown ? "" : "off";
    const must = one(".must", part);
    if (must) must.hidden = !required;
    all("input, select, textarea", part).forEach((input) => {
      if (input.hasAttribute("aria-required") || required) input.setAttribute("aria-required", String(required));
    });
  }
  fit();
}

async function ask(form: HTMLFormElement): Promise<void> {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(form.dataset.rules ?? "", { method: "POST", body: new FormData(form), signal: asked.signal, headers: { Accept: "application/json" } });
    if (answer.ok) obey(form, (await answer.json()) as Record<string, Conduct>);
  } catch {
    // A newer question took its place, or there is no network: saving will tell.
  }
}

function soon(form: HTMLElement): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void ask(form as HTMLFormElement), PATIENCE);
}

on("input", "[data-rules]", soon);
on("change", "[data-rules]", soon);
