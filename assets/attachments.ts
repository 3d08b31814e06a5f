// Files on records: dropped, pasted, chosen or taken with a phone; sent in pieces that go on after a broken line.
import htmx from "htmx.org";
import { all, on, one } from "./dom";
import { say } from "./toasts";

interface State {
  at: string;
  ask: string;
  offset: number;
  size: number;
  piece: number;
  attachment: number | null;
}

const AT_ONCE = 2;
const LONGEST_PAUSE = 30000;
let running = 0;
const waiting: Sending[] = [];

class Refused extends Error {}
class Stopped extends Error {}

function headers(): Record<string, string> {
  return { ...(JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>), "HX-Request": "true" };
}

function told(place: HTMLElement, word: string, name: string): string {
  return (place.dataset[word] ?? "").replace("{name}", name);
}

class Sending {
  private readonly row = document.createElement("li");
  private readonly bar = document.createElement("progress");
  private readonly words = document.createElement("span");
  private readonly stop = document.createElement("button");
  private request: XMLHttpRequest | null = null;
  private stopped = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly file: File,
    private readonly said: Record<string, string>,
  ) {
    const name = document.createElement("bdi");
    name.textContent = file.name;
    this.bar.max = Math.max(1, file.size);
    this.bar.value = 0;
    this.bar.ariaLabel = file.name;
    this.words.className = "muted";
    this.stop.type = "button";
    this.stop.className = "link";
    this.stop.textContent = place.dataset.stop ?? "";
    this.stop.addEventListener("click", () => this.end());
    this.row.append(name, this.bar, this.words, this.stop);
    one(".file-progress", place)?.append(this.row);
  }

  private end(): void {
    this.stopped = true;
    this.request?.abort();
    this.row.remove();
  }

  async go(): Promise<void> {
    try {
      if (this.file.size > Number(this.place.dataset.limit)) throw new Refused(told(this.place, "tooLarge", this.file.name));
      const attachment = await this.whole();
      if (attachment !== null) this.done();
    } catch (error) {
      if (!(error instanceof Stopped)) this.failed(error instanceof Refused ? error.message : told(this.place, "failed", this.file.name));
    }
  }

  private async whole(): Promise<number | null> {
    let state = await this.patient(() => this.begin());
    for (;;) {
      const now = state;
      state = await this.patient(() => this.send(now), now);
      if (state.attachment !== null) return state.attachment;
    }
  }

  // Whatever got lost on the way, what has arrived stays: one asks how far it is and goes on from there.
  private async patient(step: () => Promise<State>, known?: State): Promise<State> {
    for (let pause = 1000; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      if (this.stopped) throw new Stopped();
      try {
        return await step();
      } catch (error) {
        if (error instanceof Refused || this.stopped) throw this.stopped ? new Stopped() : error;
      }
      this.words.textContent = this.place.dataset.waits ?? "";
      await new Promise<void>((resume) => {
        const timer = window.setTimeout(resume, pause);
        window.addEventListener("online", () => (window.clearTimeout(timer), resume()), { once: true });
      });
      if (known) {
        const asked = known;
        step = async () => this.send(await this.ask("GET", asked.ask));
      }
    }
  }

  private begin(): Promise<State> {
    const form = new FormData();
    form.set("name", this.file.name);
    form.set("size", String(this.file.size));
    for (const [name, value] of Object.entries(this.said)) form.set(name, value);
    return this.ask("POST", this.place.dataset.uploads ?? "", form);
  }

  private send(state: State): Promise<State> {
    if (state.attachment !== null) return Promise.resolve(state);
    this.words.textContent = "";
    return this.ask("POST", state.at, this.file.slice(state.offset, state.offset + state.piece), state.offset);
  }

  private ask(method: string, address: string, body: FormData | Blob | null = null, from = 0): Promise<State> {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest());
      request.open(method, address);
      for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
      if (body instanceof Blob) request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => (this.bar.value = from + event.loaded));
      request.addEventListener("load", () => {
        if (request.status < 300) return resolve(JSON.parse(request.responseText) as State);
        const sentence = request.getResponseHeader("X-Sentence");
        const away = request.getResponseHeader("HX-Redirect");
        if (away) window.location.assign(away);
        // What is full or away for a moment may be back at the next try.
        if (request.status >= 500 && request.status !== 503) return reject(new Error());
        reject(new Refused(sentence ? decodeURIComponent(sentence) : told(this.place, "failed", this.file.name)));
      });
      for (const kind of ["error", "abort", "timeout"]) request.addEventListener(kind, () => reject(new Error()));
      request.send(body);
    });
  }

  private done(): void {
    this.row.remove();
    htmx.trigger(document.body, "attachments-changed");
    if (this.place.dataset.happens) htmx.trigger(document.body, this.place.dataset.happens);
    const then = this.place.dataset.then;
    if (then && this.place.isConnected) void htmx.ajax("get", then, { target: "#dialog", swap: "innerHTML" });
  }

  private failed(sentence: string): void {
    this.row.classList.add("bad");
    this.words.textContent = sentence;
    this.bar.remove();
    if (!this.row.isConnected) say(sentence, "bad");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "link";
    again.textContent = this.place.dataset.again ?? "";
    again.addEventListener("click", () => {
      this.row.remove();
      enqueue(new Sending(this.place, this.file, this.said));
    });
    this.stop.before(again);
  }
}

function enqueue(sending: Sending): void {
  waiting.push(sending);
  start();
}

function start(): void {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    void waiting.shift()?.go().finally(() => {
      running -= 1;
      start();
    });
  }
}

function send(place: HTMLElement, files: Iterable<File>): void {
  const said: Record<string, string> = {};
  for (const input of all<HTMLInputElement>("[data-folder], [data-comment]", place)) if (input.value.trim()) said[input.name] = input.value.trim();
  for (const file of files) enqueue(new Sending(place, file, said));
}

function nearest(target: EventTarget | null): HTMLElement | null {
  const element = target instanceof Element ? target : null;
  const dialog = one<HTMLDialogElement>("#dialog[open]");
  if (dialog) return one(".file-drop", dialog);
  const thing = element?.closest<HTMLElement>("[data-files-of]");
  // Its own strip, not that of a thing which stands within it, such as a comment on a task.
  if (thing) return one(":scope > .file-strip .file-drop, :scope > * > .file-strip .file-drop", thing);
  return element?.closest<HTMLElement>(".file-drop") ?? one("#files .file-drop, [data-files-main] .file-drop");
}

on("change", "[data-files]", (input) => {
  const place = input.closest<HTMLElement>(".file-drop");
  const files = (input as HTMLInputElement).files;
  if (place && files) send(place, [...files]);
  (input as HTMLInputElement).value = "";
});
on("click", "[data-into]", (button) => {
  const place = one(".file-drop", button.closest("#files") ?? document);
  const folder = place && one<HTMLInputElement>("[data-folder]", place);
  if (!place || !folder) return;
  folder.value = button.dataset.into ?? "";
  one<HTMLInputElement>("[data-files]", place)?.click();
});
// The whole tab takes what is dropped on it: who misses the frame by a hair must not leave the page.
for (const kind of ["dragover", "drop"] as const) {
  on(kind, "#files, [data-files-of]:has(.file-drop), #dialog:has(.file-drop)", (_part, event) => {
    const place = nearest(event.target);
    if (!place || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    place.classList.toggle("over", kind === "dragover");
    if (kind === "drop") send(place, [...event.dataTransfer.files]);
  });
}
on("dragleave", ".file-drop", (place) => place.classList.remove("over"));
document.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files;
  const place = files?.length ? nearest(event.target) : null;
  if (!place || !files) return;
  event.preventDefault();
  send(place, [...files].map(named));
});

// A picture out of the clipboard is always called the same; with the time it can be told from the next one.
function named(file: File): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const now = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", "-");
  return new File([file], file.name.replace("image", `image ${now}`), { type: file.type });
}

// A thumbnail that is not drawn yet leaves its place to the icon.
document.addEventListener(
  "error",
  (event) => {
    if (event.target instanceof HTMLImageElement && event.target.matches("[data-thumbnail]")) event.target.remove();
  },
  true,
);
window.addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
