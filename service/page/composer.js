/** The form: a story as a reader types, pastes or drops it, or picks it. */

import { build, find, formatNumber } from "./dom.js";
import { EXAMPLES } from "./examples.js";
import { ExactText, looksLikeHtml, readFile, readPastedHtml } from "./intake.js";

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;
const COUNTING_MS = 150;

/** Reads stories from the form; calls `onStory` for each that is to be analyzed. */
export class Composer {
  #text = new ExactText(find("text"));
  #limit = Infinity;
  #hasChosen = false;
  #pasted = "";
  #timer = 0;
  #onStory;
  #onChange;
  #tell;

  /** `tell` announces a sentence to the reader. */
  constructor({ onStory, onChange, tell }) {
    this.#onStory = onStory;
    this.#onChange = onChange;
    this.#tell = tell;
    for (const example of EXAMPLES) {
      const button = build("button", { type: "button", class: "example" }, example.title);
      button.addEventListener("click", () => this.#load(example, true));
      find("examples").append(button);
    }
    find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    find("form").addEventListener("input", () => this.#note());
    find("text").addEventListener("paste", (event) => this.#paste(event));
    find("keep-markup").addEventListener("click", () => this.#keepMarkup());
    for (const radio of document.getElementsByName("format")) {
      // Also what is checked already can be chosen.
      radio.addEventListener("click", () => (this.#hasChosen = true));
    }
    find("clear").addEventListener("click", () => {
      this.#load({ headline: "", text: "", type: "text/plain" });
      find("text").focus();
    });
    find("open").addEventListener("click", () => find("file").click());
    find("file").addEventListener("change", ({ target }) => {
      this.#open(target.files[0]);
      target.value = "";
    });
    this.#acceptDrops(find("compose"));
    this.#note();
  }

  /** Return the story as it stands in the form; its text is exactly what was put there. */
  read() {
    return {
      headline: find("headline").value,
      text: this.#text.value,
      type: document.querySelector("[name=format]:checked").value,
      language: find("language").value,
    };
  }

  /** Have the story analyzed, if there is one. */
  submit() {
    const story = this.read();
    if (story.text.trim() || story.headline.trim()) {
      this.#onStory(story);
    } else {
      this.#tell("There is no text yet: paste one, drop a file, or pick an example.", true);
      find("text").focus();
    }
  }

  /** Learn what the service reads: the longest text, in code points, and the languages. */
  setCapabilities({ limits, languages }) {
    this.#limit = limits.max_chars;
    const names = new Intl.DisplayNames(["en"], { type: "language" });
    const options = languages.map((code) => build("option", { value: code }, names.of(code)));
    find("language").replaceChildren(find("language").options[0], ...options);
    this.#note();
  }

  #load({ headline, text, type }, isExample = false) {
    find("headline").value = headline;
    this.#text.value = text;
    this.#choose(type);
    this.#hasChosen = false;
    find("offer").hidden = true;
    this.#count();
    this.#onChange();
    if (isExample) this.submit();
  }

  #choose(type) {
    find(type === "text/html" ? "html" : "plain").checked = true;
  }

  #note() {
    find("offer").hidden = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#hasChosen) this.#choose(looksLikeHtml(this.#text.value) ? "text/html" : "text/plain");
      this.#count();
      this.#onChange();
    }, COUNTING_MS);
  }

  #count() {
    const text = this.#text.value;
    const chars = text.length - (text.match(PAIR)?.length ?? 0);
    const limit = Number.isFinite(this.#limit) ? ` of at most ${formatNumber(this.#limit)}` : "";
    find("count").textContent = `${formatNumber(chars)}${limit} characters`;
    find("count").classList.toggle("doubt", chars > this.#limit);
  }

  async #open(file) {
    if (!file) return;
    try {
      this.#load({ headline: "", ...(await readFile(file)) });
      this.#tell(`${file.name} is in the form.`, true);
    } catch {
      this.#tell(`${file.name} cannot be read: a text or HTML file in UTF-8 is wanted.`, true);
    }
  }

  #acceptDrops(area) {
    const isFile = (event) => event.dataTransfer.types.includes("Files");
    area.addEventListener("dragover", (event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      area.classList.add("dropping");
    });
    area.addEventListener("dragleave", () => area.classList.remove("dropping"));
    area.addEventListener("drop", (event) => {
      area.classList.remove("dropping");
      if (!isFile(event)) return;
      event.preventDefault();
      this.#open(event.dataTransfer.files[0]);
    });
  }

  #paste(event) {
    const html = readPastedHtml(event.clipboardData);
    const area = find("text");
    const replacesAll = area.selectionStart === 0 && area.selectionEnd === area.value.length;
    if (!looksLikeHtml(html) || looksLikeHtml(event.clipboardData.getData("text/plain"))) return;
    if (find("html").checked && this.#hasChosen) {
      event.preventDefault();
      area.setRangeText(html, area.selectionStart, area.selectionEnd, "end");
      this.#note();
    } else if (replacesAll) {
      this.#pasted = html;
      // After the input that the paste causes.
      setTimeout(() => (find("offer").hidden = false));
    }
  }

  #keepMarkup() {
    this.#load({ headline: find("headline").value, text: this.#pasted, type: "text/html" });
    this.#hasChosen = true;
    find("text").focus();
  }
}
