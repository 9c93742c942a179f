/** An answer of the service, as this page shows it: entities, quotes and the places of both. */

const TYPES = { people: "person", organisations: "organisation", places: "place" };

/**
 * Return the entities, quotes and marks of an answer.
 *
 * A mark is a stretch of a text that means something: `role` says what (mention, content, cue,
 * speaker, candidate), `owner` is the number of its entity or quote, and `confidence` that of the
 * mention or of the quote's attribution.
 */
export function readAnswer(answer) {
  const entities = Object.entries(TYPES).flatMap(([list, type]) =>
    answer[list].map((entity) => ({ ...entity, list, type, confidence: findSurest(entity.mentions) })),
  );
  const quotes = answer.quotes.map((quote, index) => ({
    ...quote,
    label: String(index + 1),
    confidence: quote.attribution.confidence,
    status: quote.attribution.status,
    candidates: quote.attribution.candidates ?? [],
    speakers: listSpeakers(quote),
  }));
  const marks = [];
  entities.forEach((entity, owner) => {
    for (const mention of entity.mentions) marks.push({ ...mention, role: "mention", owner });
  });
  quotes.forEach((quote, owner) => {
    for (const [role, span] of listSpans(quote)) {
      marks.push({ ...span, role, owner, confidence: quote.confidence });
    }
  });
  return { entities, quotes, marks };
}

function listSpeakers({ speaker, attribution }) {
  if (attribution.status !== "attributed" || !speaker) return [];
  return attribution.joint ?? [speaker];
}

const findSurest = (mentions) => mentions.reduce((best, mention) => Math.max(best, mention.confidence), 0);

function listSpans(quote) {
  const spans = quote.fragments.map((fragment) => ["content", fragment]);
  if (quote.cue) spans.push(["cue", quote.cue]);
  for (const { mention } of quote.speakers) if (mention) spans.push(["speaker", mention]);
  // Often one "she" may be either.
  const words = new Map();
  for (const { mention } of quote.candidates) if (mention) words.set(mention.start, mention);
  for (const mention of words.values()) spans.push(["candidate", mention]);
  return spans;
}

/** Return what to call a speaker: the name, or the words that describe one. */
export const nameSpeaker = (speaker) => speaker.name ?? `“${speaker.mention.text}”`;

const EITHER = new Intl.ListFormat("en", { type: "disjunction" });
const TOGETHER = new Intl.ListFormat("en", { type: "conjunction" });

/** Return who says a quote, as far as the text tells, in words. */
export function describeSpeaker(quote) {
  if (quote.status === "ambiguous") return `${describeCandidates(quote)} (the text leaves it open)`;
  if (!quote.speakers.length) return "nobody is named";
  return TOGETHER.format(quote.speakers.map(nameSpeaker));
}

/** Return whose words an ambiguous quote may be. */
export const describeCandidates = (quote) =>
  EITHER.format([...new Set(quote.candidates.map(nameSpeaker))]) || "somebody";

/**
 * Return the quotes of each speaker: who is named first, who is only described next, and what has
 * no speaker at the end. Each group has a `title`, perhaps a `note`, and the numbers of its quotes.
 */
export function groupQuotes(quotes) {
  const groups = new Map();
  quotes.forEach((quote, index) => {
    const group = describeGroup(quote);
    const { quotes: numbers } =
      groups.get(group.key) ?? groups.set(group.key, { ...group, quotes: [] }).get(group.key);
    numbers.push(index);
  });
  return [...groups.values()].sort((a, b) => a.rank - b.rank);
}

function describeGroup(quote) {
  if (quote.status === "ambiguous") {
    return {
      key: "?",
      rank: 2,
      open: true,
      title: "Speaker not certain",
      note: "The text leaves open which of several people says this.",
    };
  }
  if (!quote.speakers.length) {
    return {
      key: "-",
      rank: 3,
      open: true,
      title: "Nobody named",
      note: "The text does not say whose words these are.",
    };
  }
  const [speaker] = quote.speakers;
  const title = describeSpeaker(quote);
  if (quote.speakers.length > 1) {
    return { key: `+${quote.speakers.map(identify).join()}`, rank: 0, title, note: "Together" };
  }
  if (speaker.name === null)
    return { key: `~${identify(speaker)}`, rank: 1, title, note: "Described, not named" };
  return { key: `=${identify(speaker)}`, rank: 0, title, type: speaker.type };
}

const identify = (speaker) => speaker.entity_id ?? speaker.mention.text.toLowerCase();
