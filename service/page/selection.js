/** What is selected: one entity or quote, lit in the story and in the lists, and told in a bar. */

import { build } from "./dom.js";
import { describeSelection } from "./sidebar.js";

const ROLES = {
  mention: "mention",
  content: "words",
  cue: "cue",
  speaker: "speaker",
  candidate: "possible speaker",
};
// Farther away, a journey through the text shows nothing.
const NEAR_SCREENS = 3;

/** Holds the selection, `{ kind: "entity" | "quote", index }` or null. */
export class Selection {
  #bar;
  #story;
  #sidebar;
  #lists;
  #reading = null;
  #what = null;
  #places = [];
  #at = 0;

  constructor(bar, { story, sidebar, lists }) {
    this.#bar = bar;
    this.#story = story;
    this.#sidebar = sidebar;
    this.#lists = lists;
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.#what) this.choose(null);
    });
  }

  /** Select nothing of a new reading. */
  forget(reading) {
    this.#reading = reading;
    this.#what = null;
    this.#places = [];
    this.#bar.hidden = true;
  }

  /**
   * Select something, or nothing where it was selected already. Without the `node` of the story
   * that was chosen, its first place comes into sight.
   */
  choose(what, node = null) {
    const isSame = what?.kind === this.#what?.kind && what?.index === this.#what?.index;
    const at = node ? this.#places.findIndex((place) => place.node === node) : -1;
    if (isSame && (!node || at === this.#at || at < 0)) what = null;
    this.#light(what);
    this.#at = Math.max(
      0,
      this.#places.findIndex((place) => place.node === node),
    );
    this.#drawBar();
    if (what && !node) this.#go(0);
  }

  /** Light anew what is left of the selection, when only what is at least so sure is shown. */
  refresh(least) {
    if (!this.#what) return;
    const { kind, index } = this.#what;
    const all = kind === "quote" ? this.#reading.quotes : this.#reading.entities;
    this.#light(all[index].confidence < least ? null : this.#what);
    this.#at = Math.min(this.#at, Math.max(0, this.#places.length - 1));
    this.#drawBar();
  }

  #light(what) {
    this.#what = what;
    this.#places = this.#story.light(what);
    const button = this.#sidebar.press(what);
    if (button) this.#reveal(button);
  }

  #go(step) {
    const { length } = this.#places;
    if (!length) return;
    this.#places[this.#at].node.classList.remove("here");
    this.#at = (this.#at + step + length) % length;
    this.#drawBar();
    bringIntoSight(this.#places[this.#at].node);
  }

  #drawBar() {
    const hadFocus = this.#bar.contains(document.activeElement) && document.activeElement.dataset.step;
    this.#bar.hidden = !this.#what;
    if (!this.#what) return this.#bar.replaceChildren();
    const { title, style, detail } = describeSelection(this.#reading, this.#what);
    const place = this.#places[this.#at];
    place?.node.classList.add("here");
    const where = place ? `${ROLES[place.role]} · ${this.#at + 1} of ${this.#places.length}` : "";
    const close = build(
      "button",
      { type: "button", "aria-label": "Clear the selection", class: "quiet" },
      "✕",
    );
    close.addEventListener("click", () => this.choose(null));
    this.#bar.replaceChildren(
      build(
        "p",
        { class: "what" },
        build("strong", { class: style }, build("bdi", {}, title)),
        " ",
        build("span", { class: "aside" }, detail),
      ),
      build(
        "p",
        { class: "steps" },
        this.#buildStep("‹", "Previous place", -1),
        build("span", { role: "status" }, where),
        this.#buildStep("›", "Next place", 1),
        close,
      ),
    );
    if (hadFocus) this.#bar.querySelector(`[data-step="${hadFocus}"]`).focus();
  }

  #buildStep(sign, label, step) {
    const button = build(
      "button",
      { type: "button", "aria-label": label, "data-step": step, class: "quiet" },
      sign,
    );
    button.addEventListener("click", () => this.#go(step));
    return button;
  }

  /** Bring an entry into sight where the lists scroll by themselves. */
  #reveal(button) {
    if (this.#lists.scrollHeight <= this.#lists.clientHeight) return;
    const entry = button.getBoundingClientRect();
    const frame = this.#lists.getBoundingClientRect();
    if (entry.top < frame.top) this.#lists.scrollTop += entry.top - frame.top - 16;
    if (entry.bottom > frame.bottom) this.#lists.scrollTop += entry.bottom - frame.bottom + 16;
  }
}

function bringIntoSight(node) {
  const isNear = Math.abs(node.getBoundingClientRect().top) < NEAR_SCREENS * innerHeight;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.scrollIntoView({ block: "center", behavior: isNear && !isCalm ? "smooth" : "instant" });
  // What comes into sight is laid out only then, and moves what is below.
  if (!isNear) requestAnimationFrame(() => node.scrollIntoView({ block: "center", behavior: "instant" }));
}
