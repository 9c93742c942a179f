/** What is asked of the service, and what it answers. */

const ANALYZE = "v1/analyze";
const CAPABILITIES = "v1/capabilities";

/** Why there is no answer: a problem of the service (RFC 9457), or that nothing answered. */
export class Refusal extends Error {
  /** `retryAfter` is in seconds, and null where the service does not tell. */
  constructor(problem, status = 0, retryAfter = null) {
    super(problem.title);
    this.problem = problem;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * Return the body of a request for a story: its headline, text, type and language.
 *
 * Offsets count UTF-16 code units, as strings do here. Lone surrogates leave as escapes.
 */
export function writeBody(story, view) {
  const body = { text: story.text, content_type: story.type, offset_unit: "utf16", view };
  if (story.headline) Object.assign(body, { headline: story.headline, headline_type: "text/plain" });
  if (story.language) body.language = story.language;
  // What was read from HTML is what its offsets count in.
  if (story.type === "text/html" && view === "native") {
    body.include = ["entities", "mentions", "quotes", "context", "text"];
  }
  return JSON.stringify(body);
}

/** Return an answer. Throws a `Refusal`, or an AbortError. */
export function analyze(story, view, { key, signal }) {
  return request(ANALYZE, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...writeKey(key) },
    body: writeBody(story, view),
    signal,
  });
}

/** Return what this instance can do. */
export const readCapabilities = (key) => request(CAPABILITIES, { headers: writeKey(key) });

/** Return where texts are analyzed, in full. */
export const findAddress = () => new URL(ANALYZE, document.baseURI).href;

const writeKey = (key) => (key ? { "X-API-Key": key } : {});

async function request(path, options) {
  let response, answer;
  try {
    response = await fetch(new URL(path, document.baseURI), {
      cache: "no-store",
      credentials: "same-origin",
      referrerPolicy: "no-referrer",
      ...options,
    });
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(explainSilence(response), response?.status);
  }
  if (!response.ok) throw new Refusal(answer, response.status, readRetryAfter(response));
  return answer;
}

function explainSilence(response) {
  if (!response) {
    return {
      title: "No answer",
      detail: "The service did not answer. Is it running, and is the network up?",
    };
  }
  return {
    title: `No answer that can be read (${response.status})`,
    detail: "Something between this page and the service answered in its place.",
  };
}

/** Return the seconds that a response asks to wait (RFC 9110, 10.2.3), or null. */
function readRetryAfter(response) {
  const written = response.headers.get("Retry-After");
  if (!written) return null;
  const seconds = /^\d+$/.test(written) ? Number(written) : (Date.parse(written) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
