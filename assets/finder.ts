// Ctrl-K: the arrows walk through what was found, Enter opens it, Escape leaves at once.
import { all, one } from "./dom";

function walk(step: number): void {
  const hits = all("#hits [role=option]");
  if (!hits.length) return;
  const now = hits.findIndex((hit) => hit.ariaSelected === "true");
  const next = hits[(now + step + hits.length) % hits.length];
  hits.forEach((hit) => (hit.ariaSelected = String(hit === next)));
  next.id ||= `hit-${hits.indexOf(next)}`;
  one("#finder-q")?.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

one("#finder-q")?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") walk(1);
  else if (event.key === "ArrowUp") walk(-1);
  else if (event.key === "Escape") one<HTMLDialogElement>("#finder")?.close();
  else if (event.key === "Enter") (one("#hits [aria-selected=true]") ?? one("#hits [role=option]"))?.click();
  else return;
  event.preventDefault();
});
