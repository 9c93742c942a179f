/** An answer as indented JSON, in slices: that of a long story has hundreds of thousands of lines. */

import { build } from "./dom.js";
import { inSlices } from "./slices.js";

const RUN_CHARS = 20_000;
// Deeper down than the mentions of an entity, values are short.
const DEPTH = 4;

/** Write what JSON.stringify(value, null, 2) does, piece by piece. */
export function* writeJson(value, indent = "", depth = DEPTH) {
  const isList = Array.isArray(value);
  const entries = value && typeof value === "object" ? Object.entries(value) : [];
  if (!depth || !entries.length) {
    yield JSON.stringify(value, null, 2).replaceAll("\n", `\n${indent}`);
    return;
  }
  const inner = `${indent}  `;
  let before = isList ? "[\n" : "{\n";
  for (const [name, part] of entries) {
    yield `${before}${inner}${isList ? "" : `${JSON.stringify(name)}: `}`;
    yield* writeJson(part, inner, depth - 1);
    before = ",\n";
  }
  yield `\n${indent}${isList ? "]" : "}"}`;
}

/** Draw an answer into a panel. Throws the reason of `signal` once it is aborted. */
export async function drawJson(panel, answer, signal) {
  const code = build("code", {});
  panel.replaceChildren(build("pre", {}, code));
  await inSlices(appendRuns(code, answer), signal);
}

function* appendRuns(code, answer) {
  let run = "";
  for (const piece of writeJson(answer)) {
    if (run.length > RUN_CHARS && piece.startsWith(",\n")) {
      code.append(build("span", { class: "run" }, `${run},\n`));
      run = piece.slice(2);
    } else {
      run += piece;
    }
    yield;
  }
  code.append(build("span", { class: "run" }, run));
}
