/** A request as a command for a shell. */

// "!" would be history to an interactive shell; a terminal obeys control characters, and hides
// what the others do to the order of what is shown. All of them may be escaped in JSON.
const ESCAPED = /[!\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const END = "WHOSAID";

const escape = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Return a word that a POSIX shell reads as exactly this text. */
export const quoteWord = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Return a command that posts a JSON body.
 *
 * The body stands in a here-document: nothing is expanded there, and it may be longer than an
 * argument may. It is one line, so that it cannot end the document. A key is not written down; the
 * command takes it from the environment.
 */
export function writeCommand(address, body, { keyed = false } = {}) {
  const key = keyed ? ' -H "X-API-Key: $WHOSAID_KEY"' : "";
  return (
    `curl -s ${quoteWord(address)} -H 'Content-Type: application/json'${key} --data-binary @- <<'${END}'\n` +
    `${body.replace(ESCAPED, escape)}\n${END}\n`
  );
}
