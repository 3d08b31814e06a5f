// Tasks written down one after the other: the line is empty again as soon as one is kept.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target as HTMLElement;
  if (!(form instanceof HTMLFormElement) || form.dataset.empties === undefined) return;
  if (!(event as CustomEvent<{ successful: boolean }>).detail.successful) return;
  form.reset();
  form.querySelector<HTMLInputElement>("[name=title]")?.focus();
});
