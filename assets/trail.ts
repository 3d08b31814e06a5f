// The way that led to a record: the list it was opened from, and the records before and after it there.
import { one, recall } from "./dom";

interface Trail {
  url: string;
  ids: number[];
  all: number | null;
}

const place = one("[data-trail]");
const trail = place ? recall<Trail>(sessionStorage, `trail.${place.dataset.registry}`) : null;

function step(selector: string, id: number | undefined): void {
  const link = one<HTMLAnchorElement>(selector);
  if (link && id !== undefined) link.href = `/r/${place?.dataset.registry}/${id}`;
  else link?.setAttribute("hidden", "");
}

if (place && trail) {
  const at = trail.ids.indexOf(Number(place.dataset.id));
  const back = one<HTMLAnchorElement>("[data-trail-list]");
  if (back) back.href = trail.url;
  if (at >= 0) {
    step("[data-trail-before]", trail.ids[at - 1]);
    step("[data-trail-after]", trail.ids[at + 1]);
    const words = one("[data-trail-place]");
    const number = (n: number): string => n.toLocaleString(document.documentElement.lang);
    if (words) words.textContent = (place.dataset.of ?? "").replace("{n}", number(at + 1)).replace("{all}", number(trail.all ?? trail.ids.length));
    place.hidden = false;
  }
}
