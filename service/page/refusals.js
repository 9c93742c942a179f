/** Why there is no answer, in plain words, and when to try again. */

import { build, find, formatCount } from "./dom.js";

const FIELDS = {
  "": "Request",
  "/text": "Text",
  "/headline": "Headline",
  "/language": "Language",
  "/content_type": "Type of the text",
};

let timer = 0;

/** Show a refusal; `retry` is called when the reader asks for it, not before the service allows. */
export function showRefusal(refusal, retry) {
  hideRefusal();
  const { title, detail, errors = [], request_id: id, help } = refusal.problem;
  const faults = errors.filter((fault) => fault.detail !== detail);
  const alert = build("div", { role: "alert" }, build("strong", {}, title ?? "Refused"));
  if (detail) alert.append(build("p", {}, finish(detail)));
  if (refusal.retryAfter) {
    alert.append(build("p", {}, `The service asks to wait ${formatCount(refusal.retryAfter, "second")}.`));
  }
  if (faults.length) {
    const items = faults.map(({ pointer, detail: what }) =>
      build("li", {}, `${FIELDS[pointer] ?? pointer}: ${what}`),
    );
    alert.append(build("ul", {}, ...items));
  }
  const again = build("button", { type: "button" }, "Try again");
  again.addEventListener("click", retry);
  const more = build("p", { class: "aside" }, again);
  if (help?.startsWith("/docs/")) more.append(" ", build("a", { href: help.slice(1) }, "What this means"));
  if (id) more.append(" · ", build("span", {}, `Request ${id}`));
  find("problem").replaceChildren(build("div", { class: "notice problem" }, alert, more));
  find("problem").scrollIntoView({ block: "nearest" });
  if (refusal.retryAfter) countDown(again, refusal.retryAfter);
}

/** Show no refusal any more. */
export function hideRefusal() {
  clearInterval(timer);
  find("problem").replaceChildren();
}

function countDown(button, seconds) {
  const ends = Date.now() + 1000 * seconds;
  const tell = () => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? `Try again in ${left} s` : "Try again";
    if (left <= 0) clearInterval(timer);
  };
  tell();
  timer = setInterval(tell, 250);
}

/** Return a detail as a sentence. */
function finish(detail) {
  const sentence = detail.charAt(0).toUpperCase() + detail.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
