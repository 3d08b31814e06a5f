// Order by dragging: of things on the page, which the server is told of, and of rows within a form.
import htmx from "htmx.org";
import Sortable from "sortablejs";
import { all, on, one } from "../dom";

const HANDLE = "[data-grip]";

function follower(item: HTMLElement): string {
  const next = item.nextElementSibling as HTMLElement | null;
  return next?.dataset.keyOf ?? "";
}

/** The server is told what the thing now stands before, which stays right whatever others move meanwhile. */
export function tell(item: HTMLElement, list: HTMLElement): void {
  const address = (list.dataset.sort ?? "").replace("KEY", item.dataset.keyOf ?? "");
  const values = { before: follower(item), section: list.dataset.section ?? "" };
  void htmx.ajax("post", address, { source: list, target: list, swap: "none", values });
}

function sort(list: HTMLElement): void {
  if (Sortable.get(list)) return;
  const here = list.dataset.sortHere !== undefined;
  Sortable.create(list, {
    handle: HANDLE,
    animation: 120,
    draggable: here ? undefined : "[data-key-of]",
    group: list.dataset.group,
    ghostClass: "ghost",
    onEnd: (event) => {
      if (here) list.dispatchEvent(new Event("change", { bubbles: true }));
      else if (event.from !== event.to || event.oldIndex !== event.newIndex) tell(event.item, event.to);
    },
  });
}

const prepare = (): void => all("[data-sort], [data-sort-here]").forEach(sort);

on("click", ".mover[data-still]", (_button, event) => event.preventDefault());
document.addEventListener("htmx:confirm", (event) => {
  if ((event.target as HTMLElement).matches("[data-still]")) event.preventDefault();
});
document.addEventListener("htmx:afterSettle", prepare);
document.addEventListener("htmx:oobAfterSwap", prepare);
// Emptied as well: a dialog with something in it would open again when the page has settled.
document.addEventListener("shut-dialog", () => {
  const dialog = one<HTMLDialogElement>("#dialog");
  dialog?.close();
  dialog?.replaceChildren();
});
prepare();
