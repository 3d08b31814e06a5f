// A text begun from a template: it fills what is empty and follows what is there; its kind is chosen along with it.
import { on, one } from "./dom";

on("change", "select[data-template]", (found) => {
  const chosen = (found as HTMLSelectElement).selectedOptions[0];
  const text = document.getElementById(found.dataset.template ?? "") as HTMLTextAreaElement | null;
  if (!text || !chosen?.dataset.text) return;
  const form = found.closest("form");
  const kind = chosen.dataset.kind ?? "";
  const radio = kind && form ? one<HTMLInputElement>(`input[name=category][value="${CSS.escape(kind)}"]`, form) : null;
  if (radio && !radio.checked) radio.click();
  text.value = text.value.trim() ? `${text.value.trimEnd()}\n\n${chosen.dataset.text}` : chosen.dataset.text;
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});
