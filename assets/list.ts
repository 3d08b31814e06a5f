// Lists: the cursor on a row, the selection with its bar, sorting by more columns.
import { all, on, one, remember } from "./dom";

let lastTicked: HTMLInputElement | null = null;

const ticks = (): HTMLInputElement[] => all<HTMLInputElement>("#list tbody input[name=ids]");
const rows = (): HTMLTableRowElement[] => all<HTMLTableRowElement>("#list tbody tr[data-id]");

function total(): number | null {
  const counted = one("#totals [data-count]")?.dataset.count;
  return counted ? Number(counted) : null;
}

function everything(yes: boolean): void {
  const hidden = one<HTMLInputElement>("#bulk [name=all]");
  if (hidden) hidden.value = yes ? "1" : "";
}

function show(): void {
  const bar = one("#selection");
  const words = one("[data-picked]");
  if (!bar || !words) return;
  const picked = ticks().filter((tick) => tick.checked);
  ticks().forEach((tick) => tick.closest("tr")?.classList.toggle("picked", tick.checked));
  bar.hidden = picked.length === 0;
  const whole = one<HTMLInputElement>("#bulk [name=all]")?.value === "1";
  const number = whole ? total() ?? picked.length : picked.length;
  words.textContent = (whole ? words.dataset.all : words.dataset.one)?.replace("{n}", number.toLocaleString(document.documentElement.lang)) ?? "";
  const offer = one("[data-pick-all]");
  const page = picked.length === ticks().length;
  if (offer) offer.hidden = whole || !page || (total() ?? 0) <= picked.length;
  const head = one<HTMLInputElement>("[data-pick-page]");
  if (head) {
    head.checked = picked.length > 0 && page;
    head.indeterminate = picked.length > 0 && !page;
  }
}

on("click", "#list tbody input[name=ids]", (found, event) => {
  const tick = found as HTMLInputElement;
  const list = ticks();
  if (event.shiftKey && lastTicked && list.includes(lastTicked)) {
    const [from, to] = [list.indexOf(lastTicked), list.indexOf(tick)].sort((a, b) => a - b);
    list.slice(from, to + 1).forEach((each) => (each.checked = tick.checked));
  }
  lastTicked = tick;
  everything(false);
  show();
});
on("change", "[data-pick-page]", (found) => {
  ticks().forEach((tick) => (tick.checked = (found as HTMLInputElement).checked));
  everything(false);
  show();
});
on("click", "[data-pick-all]", () => {
  everything(true);
  show();
});
on("click", "[data-pick-none]", () => {
  ticks().forEach((tick) => (tick.checked = false));
  everything(false);
  show();
});
on("click", "th a[data-multi]", (link, event) => {
  if (!event.shiftKey || !link.dataset.multi) return;
  event.preventDefault();
  window.location.assign(link.dataset.multi);
});
on("submit", "[data-columns]", (form) => {
  // One value in the address instead of many: `columns=a,b`.
  const chosen = all<HTMLInputElement>("[name=columns]:checked", form);
  if (!chosen.length) return;
  chosen[0].value = chosen.map((each) => each.value).join(",");
  chosen.slice(1).forEach((each) => (each.disabled = true));
});

export function move(step: number): void {
  const list = rows();
  if (!list.length) return;
  const now = list.findIndex((row) => row.classList.contains("at"));
  const next = list[Math.min(list.length - 1, Math.max(0, now + step))];
  list.forEach((row) => row.classList.toggle("at", row === next));
  one<HTMLAnchorElement>("a", next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

export function tickHere(): void {
  one<HTMLInputElement>("#list tr.at input[name=ids]")?.click();
}

on("focusin", "#list tbody tr[data-id]", (row) => {
  rows().forEach((each) => each.classList.toggle("at", each === row));
});

/** What a record page needs to step to the record before and after, and back to this very list. */
on("click", "#list tbody a, #list tbody tr", () => {
  const list = one("[data-list]");
  if (!list) return;
  remember(sessionStorage, `trail.${list.dataset.registry}`, {
    url: window.location.pathname + window.location.search,
    ids: rows().map((row) => Number(row.dataset.id)),
    all: total(),
  });
});

document.addEventListener("htmx:afterSettle", (event) => {
  if ((event.target as HTMLElement).closest("#list, #totals")) show();
});
