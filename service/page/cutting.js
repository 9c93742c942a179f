/** Texts in blocks, and blocks in segments: the stretches over which the same marks hold. */

// A line with the line ends after it.
const LINE = /[^\r\n]*(?:\r\n|[\r\n])*/g;
// What a browser lays out at once takes longer than a frame beyond some tens of thousands.
const MAX_BLOCK = 8_000;
// The mark after a quote, once or doubled, belongs before its number.
const CLOSING = /([”’“‘"'»«›‹])\1?/y;

/** Cut a text into blocks, `[start, end]`, that lie side by side and cover it. */
export function* cutBlocks(text) {
  for (const { 0: line, index } of text.matchAll(LINE)) {
    const end = index + line.length;
    let start = index;
    while (end - start > MAX_BLOCK) {
      const cut = findCut(text, start);
      yield [start, cut];
      start = cut;
    }
    if (start < end) yield [start, end];
  }
}

/** Return where a long line may be parted: after a space, and never inside a surrogate pair. */
function findCut(text, start) {
  const last = start + MAX_BLOCK;
  const space = text.lastIndexOf(" ", last - 1);
  if (space > start + MAX_BLOCK / 2) return space + 1;
  return last + Number(/[\udc00-\udfff]/.test(text[last]) && /[\ud800-\udbff]/.test(text[last - 1]));
}

/** Return where the number of a quote stands: after its content and the mark that closes it. */
export function findNumberPlace(text, end) {
  CLOSING.lastIndex = end;
  return end + (CLOSING.exec(text)?.[0].length ?? 0);
}

/**
 * Cut blocks into segments at the edges of marks, in one pass.
 *
 * Yields `{ start, end, marks, opens, numbers }`: `opens` begins a block, `numbers` are those of
 * `places`, `[{ at, ... }]`, that stand at the segment's end. Takes time linear in text and marks,
 * once they are sorted.
 */
export function* cutSegments(blocks, marks, places) {
  const opening = marks.toSorted((a, b) => a.start - b.start);
  const closing = marks.toSorted((a, b) => a.end - b.end);
  const waiting = places.toSorted((a, b) => a.at - b.at);
  const active = new Set();
  let opened = 0;
  let closed = 0;
  let placed = 0;
  for (const [start, blockEnd] of blocks) {
    for (let at = start; at < blockEnd;) {
      while (closing[closed]?.end <= at) active.delete(closing[closed++]);
      while (opening[opened]?.start <= at) active.add(opening[opened++]);
      const end = Math.min(
        blockEnd,
        opening[opened]?.start ?? Infinity,
        closing[closed]?.end ?? Infinity,
        waiting[placed]?.at ?? Infinity,
      );
      const numbers = [];
      while (waiting[placed]?.at <= end) numbers.push(waiting[placed++]);
      yield { start: at, end, marks: [...active], opens: at === start, numbers };
      at = end;
    }
  }
}
