/** The story with its marks: names highlighted, quotes underlined and numbered. */

import { build } from "./dom.js";
import { cutBlocks, cutSegments, findNumberPlace } from "./cutting.js";
import { describeSpeaker } from "./reading.js";
import { inSlices } from "./slices.js";

// Blocks that are laid out together, or not at all while they are out of sight.
const RUN_CHARS = 6_000;
const LONG_TEXT = 50_000;

/** A stretch of text with marks over it, and the element that shows it. */
class Segment {
  constructor(marks, start, text) {
    this.marks = marks;
    this.start = start;
    this.node = build("span", {}, text);
    this.lit = "";
  }
}

/** Shows one reading at a time; tells `onSelect` what a reader points at. */
export class StoryView {
  #marked;
  #headline;
  #body;
  #onSelect;
  #reading;
  #least = 0;
  #segments = new Map(); // of a node
  #places = new Map(); // of a mark: its segments
  #numbers = []; // of quotes: the elements that bear their numbers
  #stops = []; // what arrow keys go to, in the order of the text
  #stopOf = new Map();
  #stop = null;
  #lit = [];
  #rendering = new AbortController();

  constructor({ marked, headline, body }, onSelect) {
    this.#marked = marked;
    this.#headline = headline;
    this.#body = body;
    this.#onSelect = onSelect;
    marked.addEventListener("click", (event) => this.#choose(event));
    marked.addEventListener("keydown", (event) => this.#steer(event));
    marked.addEventListener("focusin", ({ target }) => this.#setStop(target));
  }

  /** Draw texts with the marks of a reading, in slices. Throws once it is drawn anew. */
  async draw(reading, { headline, text }) {
    this.#reset(reading);
    const { signal } = this.#rendering;
    this.#headline.hidden = !headline;
    this.#body.classList.toggle("long", text.length > LONG_TEXT);
    await inSlices(this.#drawField(this.#headline, headline ?? "", "headline", false), signal);
    await inSlices(this.#drawField(this.#body, text, "body", true), signal);
  }

  #reset(reading) {
    this.#rendering.abort();
    this.#rendering = new AbortController();
    this.#reading = reading;
    this.#segments.clear();
    this.#places = new Map(reading.marks.map((mark) => [mark, []]));
    this.#numbers = [];
    this.#stops = [];
    this.#stopOf.clear();
    this.#stop = null;
    this.#lit = [];
    this.#headline.replaceChildren();
    this.#body.replaceChildren();
  }

  *#drawField(root, text, field, isBody) {
    const marks = this.#reading.marks.filter((mark) => mark.field === field);
    const places = this.#reading.quotes.flatMap((quote, index) => {
      const last = quote.fragments.at(-1);
      return last.field === field ? [{ at: findNumberPlace(text, last.end), index }] : [];
    });
    let run = root;
    let block = root;
    let runEnds = 0;
    for (const piece of cutSegments(cutBlocks(text), marks, places)) {
      if (isBody && piece.opens) {
        if (piece.start >= runEnds) {
          run = build("div", { class: "run" });
          runEnds = piece.start + RUN_CHARS;
          root.append(run);
        }
        block = build("p", { dir: "auto" });
        run.append(block);
      }
      this.#drawPiece(block, piece, text.slice(piece.start, piece.end));
      yield;
    }
  }

  #drawPiece(block, { marks, start, numbers }, text) {
    if (marks.length) {
      const segment = new Segment(marks, start, text);
      this.#segments.set(segment.node, segment);
      for (const mark of marks) this.#places.get(mark).push(segment);
      this.#paint(segment);
      if (marks.some((mark) => mark.role === "mention" && mark.start === start)) this.#addStop(segment.node);
      block.append(segment.node);
    } else {
      block.append(text);
    }
    for (const { index } of numbers) block.append(this.#drawNumber(index));
  }

  #drawNumber(index) {
    const quote = this.#reading.quotes[index];
    const isOpen = quote.status !== "attributed";
    const node = build("button", {
      type: "button",
      class: isOpen ? "ref open" : "ref",
      tabindex: "-1",
      "aria-pressed": "false",
      "aria-label": `Quote ${quote.label}, ${quote.kind}: ${describeSpeaker(quote)}`,
      // Drawn by the style sheet, so that it is no part of the text that is copied.
      "data-label": isOpen ? `${quote.label}?` : quote.label,
    });
    node.hidden = quote.confidence < this.#least;
    this.#numbers[index] = node;
    this.#addStop(node);
    return node;
  }

  #addStop(node) {
    this.#stopOf.set(node, this.#stops.length);
    this.#stops.push(node);
    if (!this.#stop && this.#isShown(node)) this.#setStop(node);
  }

  /** Give a segment the looks, and the part in the page, that its visible marks ask for. */
  #paint(segment) {
    const { node } = segment;
    const mention = this.#findInnermost(segment, "mention");
    const content = this.#findInnermost(segment, "content");
    const classes = [];
    if (content) classes.push("said", this.#reading.quotes[content.owner].kind);
    const isButton = mention?.start === segment.start;
    if (mention) {
      classes.push("mention", this.#reading.entities[mention.owner].type);
      classes.push(mention.kind === "name" ? "named" : "referred");
      if (isButton) classes.push("first");
    }
    if (segment.lit) classes.push("lit", segment.lit);
    node.className = classes.join(" ");
    if (isButton) {
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", `${mention.text}, ${this.#describe(mention)}`);
      node.setAttribute("aria-pressed", String(segment.lit === "lit-mention"));
      node.tabIndex = node === this.#stop ? 0 : -1;
    } else if (node.hasAttribute("role")) {
      for (const name of ["role", "aria-label", "aria-pressed", "tabindex"]) node.removeAttribute(name);
    }
  }

  #describe(mention) {
    const entity = this.#reading.entities[mention.owner];
    return mention.kind === "name" ? entity.type : `${entity.type}: ${entity.name}`;
  }

  /** Return the shortest visible mark of a role over a segment. */
  #findInnermost(segment, role) {
    let found = null;
    for (const mark of segment.marks) {
      if (mark.role !== role || mark.confidence < this.#least) continue;
      if (!found || mark.end - mark.start < found.end - found.start) found = mark;
    }
    return found;
  }

  /** Show only the marks that are at least so sure, from 0 to 1. */
  async filter(least) {
    const before = this.#least;
    this.#least = least;
    const changed = new Set();
    for (const [mark, segments] of this.#places) {
      if (mark.confidence < before !== mark.confidence < least) segments.forEach((s) => changed.add(s));
    }
    this.#reading?.quotes.forEach((quote, index) => {
      if (this.#numbers[index]) this.#numbers[index].hidden = quote.confidence < least;
    });
    await inSlices(this.#paintAll(changed), this.#rendering.signal);
    if (this.#stop && !this.#isShown(this.#stop)) this.#setStop(this.#stops.find((n) => this.#isShown(n)));
  }

  *#paintAll(segments) {
    for (const segment of segments) {
      this.#paint(segment);
      yield;
    }
  }

  /**
   * Light the mentions of an entity, or content, cue and speaker of a quote.
   *
   * `selection` is `{ kind: "entity" | "quote", index }` or null. Returns the lit places in the
   * order of the text, as `{ role, node }`.
   */
  light(selection) {
    for (const segment of this.#lit) this.#lightOne(segment, "");
    for (const number of this.#numbers) number?.setAttribute("aria-pressed", "false");
    this.#lit = [];
    if (!selection) return [];
    const roles = selection.kind === "entity" ? ["mention"] : ["content", "candidate", "speaker", "cue"];
    const marks = this.#reading.marks.filter(
      (mark) => mark.owner === selection.index && roles.includes(mark.role) && mark.confidence >= this.#least,
    );
    marks.sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
    for (const mark of marks) {
      for (const segment of this.#places.get(mark)) this.#lightOne(segment, `lit-${mark.role}`);
    }
    this.#lit = marks.flatMap((mark) => this.#places.get(mark));
    if (selection.kind === "quote") this.#numbers[selection.index]?.setAttribute("aria-pressed", "true");
    return marks
      .toSorted(
        (a, b) => Number(b.field === "headline") - Number(a.field === "headline") || a.start - b.start,
      )
      .map((mark) => ({ role: mark.role, node: this.#places.get(mark)[0]?.node }))
      .filter((place) => place.node);
  }

  #lightOne(segment, lit) {
    segment.lit = lit;
    this.#paint(segment);
  }

  #choose({ target }) {
    // Who marks words to copy them does not mean the marks under them.
    if (!getSelection().isCollapsed) return;
    const number = this.#numbers.indexOf(target.closest("button"));
    if (number >= 0) return this.#onSelect({ kind: "quote", index: number }, target);
    const segment = this.#segments.get(target.closest("span"));
    const mention = segment && this.#findInnermost(segment, "mention");
    const content = segment && this.#findInnermost(segment, "content");
    if (mention) this.#onSelect({ kind: "entity", index: mention.owner }, target);
    else if (content) this.#onSelect({ kind: "quote", index: content.owner }, target);
    else this.#onSelect(null, target);
  }

  #steer(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.#stopOf.has(event.target)) return;
    const at = this.#stopOf.get(event.target);
    const steps = {
      ArrowRight: () => this.#go(at + 1, 1),
      ArrowLeft: () => this.#go(at - 1, -1),
      Home: () => this.#go(0, 1),
      End: () => this.#go(this.#stops.length - 1, -1),
    };
    if (event.target.localName === "span") steps.Enter = steps[" "] = () => event.target.click();
    if (!steps[event.key]) return;
    event.preventDefault();
    steps[event.key]();
  }

  #go(at, step) {
    while (this.#stops[at] && !this.#isShown(this.#stops[at])) at += step;
    this.#stops[at]?.focus();
  }

  #isShown(node) {
    return !node.hidden && (node.localName === "button" || node.hasAttribute("role"));
  }

  /** Have Tab come to this one of all stops. */
  #setStop(node) {
    if (!this.#stopOf.has(node)) return;
    if (this.#stop?.hasAttribute("tabindex")) this.#stop.tabIndex = -1;
    this.#stop = node;
    node.tabIndex = 0;
  }
}
