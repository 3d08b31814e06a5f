// A card that could not be put where it was dropped goes back to where it stands for everybody.
import htmx from "htmx.org";

document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  if (xhr.status >= 400 && (event.target as Element).closest(".task-board")) htmx.trigger(document.body, "tasks-changed", {});
});

// Tasks written down one after the other: the line is empty again as soon as one is kept.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target as HTMLElement;
  if (!(form instanceof HTMLFormElement) || form.dataset.empties === undefined) return;
  if (!(event as CustomEvent<{ successful: boolean }>).detail.successful) return;
  form.reset();
  form.querySelector<HTMLInputElement>("[name=title]")?.focus();
});
