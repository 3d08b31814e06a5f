// The design studio: search, choosing several fields, folding, moving by keys, and what the server must know.
import htmx from "htmx.org";
import { all, on, one, recall, remember, typing } from "../dom";

const design = (): HTMLElement | null => one("#design");
const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Opening and moving: one listener for two hundred lines instead of as many requests made ready.
on("click", "[data-opens]", (line) => {
  const address = (design()?.dataset.fieldUrl ?? "").replace("KEY", line.dataset.opens ?? "");
  void htmx.ajax("get", address, { source: line, target: "#dialog", swap: "innerHTML" });
});

function move(button: HTMLElement): void {
  const key = button.closest<HTMLElement>("[data-key-of]")?.dataset.keyOf ?? "";
  const values = { before: button.dataset.move ?? "", section: button.dataset.into ?? "" };
  void htmx.ajax("post", (design()?.dataset.moveUrl ?? "").replace("KEY", key), { source: button, target: button, swap: "none", values });
}

on("click", "[data-move]", move);

const WAYS: Record<string, string> = { ArrowUp: "up", ArrowDown: "down" };

/** The arrows go from line to line; with Alt the line itself goes. */
on("keydown", "#design [data-opens], #design [data-choose]", (place, event) => {
  const way = WAYS[event.key];
  if (!way || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const line = place.closest<HTMLElement>(".line");
  if (event.altKey) {
    const button = one(`[id^="${way}-field-"]`, line ?? document);
    if (button?.dataset.move !== undefined) move(button);
    return;
  }
  const lines = all<HTMLElement>("#design [data-opens]").filter((each) => each.offsetParent);
  const here = line ? lines.indexOf(one("[data-opens]", line) as HTMLElement) : -1;
  lines[here + (way === "up" ? -1 : 1)]?.focus();
});

document.addEventListener("htmx:configRequest", (event) => {
  const version = design()?.dataset.version;
  const { headers } = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
  if (version) headers["X-Design-Version"] = version;
});

// Search: over names, keys and types, on the page itself.
function search(): void {
  const input = one<HTMLInputElement>("#field-search");
  const said = one("#search-said");
  if (!input || !said) return;
  const words = fold(input.value).split(/\s+/).filter(Boolean);
  const lines = all("#design .line[data-find]");
  let found = 0;
  lines.forEach((line) => {
    const fits = words.every((word) => (line.dataset.find ?? "").includes(word));
    line.hidden = !fits;
    if (fits) found += 1;
  });
  design()?.classList.toggle("searching", words.length > 0);
  all("#design [data-foldable]").forEach((section) => {
    section.hidden = words.length > 0 && !one(".line[data-find]:not([hidden])", section);
    all<HTMLDetailsElement>(".offs", section).forEach((off) => (off.open = words.length > 0 && !!one(".line:not([hidden])", off)));
  });
  const text = found ? (said.dataset.some ?? "").replace("{n}", String(found)).replace("{all}", String(lines.length)) : (said.dataset.none ?? "");
  said.textContent = words.length ? text : "";
}

on("input", "#field-search", search);
on("keydown", "#field-search", (input, event) => {
  if (event.key === "Escape" && (input as HTMLInputElement).value) {
    (input as HTMLInputElement).value = "";
    search();
  } else if (event.key === "Enter" || event.key === "ArrowDown") all<HTMLElement>("#design [data-opens]").find((each) => each.offsetParent)?.focus();
  else return;
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  const input = one<HTMLInputElement>("#field-search");
  if (event.key !== "/" || !input || typing(event.target) || one("dialog[open]")) return;
  event.preventDefault();
  input.focus();
});

// Choosing: what was chosen stays so when the screen is drawn anew.
const chosen = new Set<string>();
let last: HTMLInputElement | null = null;

const boxes = (): HTMLInputElement[] => all<HTMLInputElement>("#design [data-choose]");

function show(): void {
  const bar = one("#chosen");
  const said = one("#chosen-said");
  if (!bar || !said) return;
  bar.hidden = chosen.size === 0;
  said.textContent = chosen.size ? (bar.dataset.some ?? "").replace("{n}", String(chosen.size)) : "";
  design()?.classList.toggle("choosing", chosen.size > 0);
}

function choose(list: HTMLInputElement[], yes: boolean): void {
  list.forEach((box) => {
    box.checked = yes;
    if (yes) chosen.add(box.value);
    else chosen.delete(box.value);
  });
  show();
}

on("click", "[data-choose]", (found, event) => {
  const box = found as HTMLInputElement;
  const visible = boxes().filter((each) => each.offsetParent);
  const [from, to] = [last ? visible.indexOf(last) : -1, visible.indexOf(box)].sort((a, b) => a - b) as [number, number];
  choose(event.shiftKey && from >= 0 ? visible.slice(from, to + 1) : [box], box.checked);
  last = box;
});
on("click", "[data-choose-all]", (button) => {
  const mine = all<HTMLInputElement>("[data-choose]", button.closest("section") as HTMLElement).filter((box) => box.offsetParent);
  choose(mine, !mine.every((box) => box.checked));
});
on("click", "[data-choose-none]", () => choose(boxes(), false));
document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, successful, xhr } = (event as CustomEvent<{ requestConfig: { elt: HTMLElement }; successful: boolean; xhr: XMLHttpRequest }>).detail;
  if (successful && requestConfig.elt.matches("form[data-many]") && xhr.getResponseHeader("HX-Reswap") === "none") choose(boxes(), false);
});

// Folding: of each section apart, kept by the browser.
const folded = (): Record<string, boolean> => recall<Record<string, boolean>>(localStorage, "folded-design") ?? {};

function lay(button: HTMLElement, shut: boolean): void {
  button.setAttribute("aria-expanded", String(!shut));
  button.closest("[data-foldable]")?.classList.toggle("folded", shut);
}

function layAll(): void {
  const known = folded();
  all("[data-fold]").forEach((button) => lay(button, known[button.dataset.fold ?? ""] ?? false));
}

function keep(buttons: HTMLElement[], shut: boolean): void {
  buttons.forEach((button) => lay(button, shut));
  remember(localStorage, "folded-design", { ...folded(), ...Object.fromEntries(buttons.map((button) => [button.dataset.fold, shut])) });
}

on("click", "[data-fold]", (button) => keep([button], button.getAttribute("aria-expanded") === "true"));
on("click", "[data-fold-all]", (button) => keep(all("[data-fold]"), button.dataset.foldAll === "1"));
on("click", "#outline a", (link) => {
  const section = one(link.getAttribute("href") ?? "");
  if (section) keep(all("[data-fold]", section), false);
});

// Drawn anew by the server: what the page knows by itself is laid over it.
function settle(): void {
  if (!design()) return;
  layAll();
  boxes().forEach((box) => (box.checked = chosen.has(box.value)));
  const there = new Set(boxes().map((box) => box.value));
  [...chosen].filter((key) => !there.has(key)).forEach((key) => chosen.delete(key));
  show();
  search();
}

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if ((event as CustomEvent<{ target: HTMLElement }>).detail.target.id === "design") settle();
});
settle();

/** Lists within a dialog that are searched as they are typed into: pictures, fields to be copied. */
function sift(within: ParentNode, text: string, groups: string): void {
  const words = fold(text).split(/\s+/).filter(Boolean);
  all("[data-find]", within).forEach((each) => (each.hidden = !words.every((word) => (each.dataset.find ?? "").includes(word))));
  all(groups, within).forEach((group) => (group.hidden = words.length > 0 && !one("[data-find]:not([hidden])", group)));
}

on("input", "[data-picture-search]", (input) => sift(input.closest("fieldset") as HTMLElement, (input as HTMLInputElement).value, "[data-pictures]"));
on("input", "[data-copy-search]", (input) => sift(input.closest("form") as HTMLElement, (input as HTMLInputElement).value, "[data-copy-section]"));
on("keydown", "[data-picture-search], [data-copy-search]", (_input, event) => {
  if (event.key === "Enter") event.preventDefault();
});

/** A section that is copied as a whole has its fields in it already. */
function whole(within: ParentNode): void {
  all<HTMLInputElement>("[data-copy-whole]", within).forEach((box) => {
    all<HTMLInputElement>("[name=field]", box.closest("fieldset") as HTMLElement).forEach((each) => {
      each.disabled = box.checked;
    });
  });
}

on("change", "[data-copy-whole]", (box) => whole(box.closest("form") as HTMLElement));
document.addEventListener("htmx:afterSettle", () => whole(document));
