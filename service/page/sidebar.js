/** The lists beside the story: quotes by speaker, and entities by type. */

import { build, find, formatCount, formatNumber, formatShare } from "./dom.js";
import { describeCandidates, describeSpeaker, groupQuotes } from "./reading.js";
import { inSlices } from "./slices.js";

const EXCERPT_CHARS = 200;
// Entries that are laid out together, or not at all while they are out of sight.
const TOGETHER = 50;
const LISTS = { people: "People", organisations: "Organisations", places: "Places" };

/** Shows the entities and quotes of one reading; tells `onSelect` which one a reader picks. */
export class Sidebar {
  #onSelect;
  #entries = { quote: [], entity: [] }; // list items, by the number of quote or entity
  #groups = []; // elements that are empty once all their entries are hidden
  #pressed = null;
  #rendering = new AbortController();

  constructor(root, onSelect) {
    this.#onSelect = onSelect;
    root.addEventListener("click", ({ target }) => {
      const button = target.closest("button[data-kind]");
      if (button) this.#onSelect({ kind: button.dataset.kind, index: Number(button.dataset.index) });
    });
  }

  /** Draw the lists of a reading, in slices. Throws once they are drawn anew. */
  async draw({ entities, quotes }) {
    this.#rendering.abort();
    this.#rendering = new AbortController();
    this.#entries = { quote: [], entity: [] };
    this.#groups = [];
    this.#pressed = null;
    // What stands there is of another reading, and can be selected no more.
    for (const name of ["quotes", ...Object.keys(LISTS)]) find(name).replaceChildren();
    await inSlices(this.#drawQuotes(quotes), this.#rendering.signal);
    await inSlices(this.#drawEntities(entities), this.#rendering.signal);
  }

  *#drawQuotes(quotes) {
    const section = startSection("quotes", "Quotes by speaker", quotes.length);
    if (!quotes.length) section.append(build("p", { class: "none" }, "No quotes were found."));
    for (const group of groupQuotes(quotes)) {
      const element = build("div", { class: group.open ? "speaker open" : "speaker" });
      const title = build("h4", {}, build("bdi", {}, group.title));
      if (group.type) title.classList.add("typed", group.type);
      title.append(" ", build("span", { class: "aside" }, formatCount(group.quotes.length, "quote")));
      element.append(title);
      if (group.note) element.append(build("p", { class: "aside note" }, group.note));
      section.append(element);
      this.#groups.push(element);
      const append = startList(element, group.quotes.length);
      for (const index of group.quotes) {
        const entry = build("li", {}, drawQuote(quotes[index], index));
        this.#enter("quote", index, entry, quotes[index].confidence);
        append(entry);
        yield;
      }
    }
  }

  *#drawEntities(entities) {
    for (const [name, title] of Object.entries(LISTS)) {
      const found = entities
        .map((entity, index) => ({ entity, index }))
        .filter(({ entity }) => entity.list === name);
      const section = startSection(name, title, found.length);
      section.hidden = !found.length;
      this.#groups.push(section);
      const append = startList(section, found.length);
      found.sort((a, b) => b.entity.salience - a.entity.salience);
      for (const { entity, index } of found) {
        const entry = build("li", {}, ...drawEntity(entity, index));
        this.#enter("entity", index, entry, entity.confidence);
        append(entry);
        yield;
      }
    }
  }

  #enter(kind, index, element, confidence) {
    this.#entries[kind][index] = { element, confidence };
  }

  /** Show only what is at least so sure; returns how many quotes and entities are shown. */
  filter(least) {
    for (const { element, confidence } of this.#list()) element.hidden = confidence < least;
    for (const group of this.#groups) group.hidden = !group.querySelector("li:not([hidden])");
    const count = (kind) => this.#entries[kind].filter(({ confidence }) => confidence >= least).length;
    return { quotes: count("quote"), entities: count("entity") };
  }

  #list() {
    return [...this.#entries.quote, ...this.#entries.entity].filter(Boolean);
  }

  /** Mark the entry of a selection, `{ kind, index }` or null, and bring it into sight. */
  press(selection) {
    this.#pressed?.setAttribute("aria-pressed", "false");
    const entry = selection && this.#entries[selection.kind][selection.index];
    this.#pressed = entry?.element.querySelector("button") ?? null;
    this.#pressed?.setAttribute("aria-pressed", "true");
    return this.#pressed;
  }
}

function startSection(name, title, count) {
  const section = find(name);
  const heading = build(
    "h3",
    { id: `${name}-title` },
    title,
    " ",
    build("span", { class: "aside" }, formatNumber(count)),
  );
  section.replaceChildren(heading);
  return section;
}

/** Return what appends an entry to the lists of an element, of which many entries need several. */
function startList(element, count) {
  let list = null;
  return (entry) => {
    if (!list || list.childElementCount === TOGETHER) {
      list = build("ul", { class: count > TOGETHER ? "entries many" : "entries" });
      element.append(list);
    }
    list.append(entry);
  };
}

function drawQuote(quote, index) {
  const isOpen = quote.status !== "attributed";
  const facts = [
    quote.kind,
    quote.attitude === "speech" ? "" : quote.attitude,
    `${formatShare(quote.confidence)} sure`,
  ];
  const button = build(
    "button",
    {
      type: "button",
      class: "entry quote",
      "data-kind": "quote",
      "data-index": index,
      "aria-pressed": "false",
    },
    build("span", { class: isOpen ? "number open" : "number" }, isOpen ? `${quote.label}?` : quote.label),
    build(
      "span",
      { class: "excerpt", dir: "auto" },
      shorten(quote.fragments.map(({ text }) => text).join(" … ")),
    ),
    build(
      "span",
      { class: "aside facts" },
      build("span", { class: `sample ${quote.kind}` }),
      facts.filter(Boolean).join(", "),
    ),
  );
  if (quote.status === "ambiguous") {
    button.append(build("span", { class: "doubt" }, `Could be ${describeCandidates(quote)}`));
  }
  return button;
}

function drawEntity(entity, index) {
  const bar = build("span", { class: "bar", "aria-hidden": "true" }, build("span"));
  bar.firstChild.style.inlineSize = `${100 * entity.salience}%`;
  const button = build(
    "button",
    {
      type: "button",
      class: `entry entity ${entity.type}`,
      "data-kind": "entity",
      "data-index": index,
      "aria-pressed": "false",
    },
    build("span", { class: "name typed" }, build("bdi", {}, entity.name)),
    build("span", { class: "aside" }, `${formatNumber(entity.count)}×`),
    bar,
    build("span", { class: "visually-hidden" }, `, salience ${formatShare(entity.salience)}`),
  );
  const notes = [];
  if (entity.candidates) {
    const names = entity.candidates.map(({ name }) => name).join(" or ");
    notes.push(build("p", { class: "doubt" }, `Several known: ${names}`));
  }
  return [button, ...notes];
}

/** Return the beginning of a text, cut between characters. */
function shorten(text) {
  if (text.length <= EXCERPT_CHARS) return text;
  const head = text.slice(0, EXCERPT_CHARS);
  return `${head.slice(0, Math.max(head.lastIndexOf(" "), EXCERPT_CHARS / 2))} …`;
}

/** Return what a selection is, in words and elements, for the bar under the story. */
export function describeSelection({ entities, quotes }, { kind, index }) {
  if (kind === "entity") {
    const entity = entities[index];
    const aliases = entity.aliases.length ? `, also ${entity.aliases.join(", ")}` : "";
    return {
      title: entity.name,
      style: `typed ${entity.type}`,
      detail: `${entity.type}${aliases}; named ${formatCount(entity.count, "time")}, salience ${formatShare(entity.salience)}`,
    };
  }
  const quote = quotes[index];
  const heard = quote.speakers.find(
    (speaker) => speaker.name && speaker.mention && speaker.mention.text !== speaker.name,
  );
  const parts = [
    `${quote.kind} quote`,
    heard && `speaker here “${heard.mention.text}”`,
    quote.cue && `cue “${quote.cue.text}”`,
    `${formatShare(quote.confidence)} sure`,
  ];
  return {
    title: `${quote.label}. ${describeSpeaker(quote)}`,
    style: "",
    detail: parts.filter(Boolean).join("; "),
  };
}
