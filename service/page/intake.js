/** Where a story's text comes from: the keyboard, a paste, a file. */

// Tags that texts in HTML have, and hardly any other.
const TAG =
  /<\/(?:p|div|h[1-6]|blockquote|li|article|section|body|html|a|em|strong|b|i|span)>|<br\s*\/?>|<!doctype html/i;
const HTML_NAME = /\.x?html?$/i;
// What browsers put around what is copied.
const FRAGMENT = /<!--StartFragment-->([\s\S]*?)<!--EndFragment-->/;

/** Tell whether a text is written in HTML, by a tag near its beginning. */
export const looksLikeHtml = (text) => TAG.test(text.slice(0, 20_000));

/** Return the HTML of a paste, without what the clipboard adds, or nothing. */
export function readPastedHtml(data) {
  const html = data.getData("text/html");
  return FRAGMENT.exec(html)?.[1] ?? html;
}

/** Return the text of a file, verbatim, and its type. Throws where it is not UTF-8. */
export async function readFile(file) {
  const bytes = await file.arrayBuffer();
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const isHtml = file.type.includes("html") || HTML_NAME.test(file.name) || looksLikeHtml(text);
  return { text, type: isHtml ? "text/html" : "text/plain" };
}

/**
 * A text area that gives back what was put into it: left to itself, it turns every end of a line
 * into one line feed, and offsets would not fit the file.
 */
export class ExactText {
  #area;
  #exact = "";
  #shown = "";

  constructor(area) {
    this.#area = area;
  }

  get value() {
    return this.#area.value === this.#shown ? this.#exact : this.#area.value;
  }

  set value(text) {
    this.#area.value = text;
    this.#exact = text;
    this.#shown = this.#area.value;
  }
}
