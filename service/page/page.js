/** The page: what is asked, what is shown, and what is selected. Nothing of it outlives the page. */

import { Composer } from "./composer.js";
import { writeCommand } from "./curl.js";
import { build, find, formatCount, formatNumber } from "./dom.js";
import { readAnswer } from "./reading.js";
import { hideRefusal, showRefusal } from "./refusals.js";
import { Selection } from "./selection.js";
import { Refusal, analyze, findAddress, readCapabilities, writeBody } from "./service.js";
import { Sidebar } from "./sidebar.js";
import { drawJson } from "./source.js";
import { StoryView } from "./story.js";

const UNAUTHORIZED = 401;
const TABS = [...find("tabs").children];

// The story that is shown, its reading, and its answers by view.
const shown = { story: null, reading: null, answers: new Map(), view: "" };
let key = "";
let running = null;
let viewing = new AbortController();
let afterKey = null;
let busyTimer = 0;

const story = new StoryView(
  { marked: find("marked"), headline: find("shown-headline"), body: find("shown-body") },
  (what, node) => selection.choose(what, node),
);
const sidebar = new Sidebar(find("lists"), (what) => selection.choose(what));
const selection = new Selection(find("selection"), { story, sidebar, lists: find("lists") });
const composer = new Composer({ onStory: run, onChange: noteChange, tell });

/** Tell what has happened: to all, or only to those who do not see it. */
function tell(sentence, isVisible = false) {
  find("status").textContent = sentence;
  find("status").className = isVisible ? "told" : "visually-hidden";
}

// Asking

async function run(asked) {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  hideRefusal();
  find("key-form").hidden = true;
  showBusy(asked);
  try {
    const answer = await analyze(asked, "native", { key, signal: mine.signal });
    if (running === mine) hideBusy();
    await show(asked, answer);
  } catch (error) {
    if (running === mine) explain(error, () => run(asked));
  } finally {
    if (running === mine) {
      hideBusy();
      running = null;
    }
  }
}

function showBusy(asked) {
  const started = Date.now();
  const chars = formatCount(asked.text.length, "character");
  const say = () => {
    const seconds = Math.floor((Date.now() - started) / 1000);
    find("busy-note").textContent = seconds ? `Reading ${chars}: ${seconds} s` : `Reading ${chars}`;
  };
  hideBusy();
  say();
  busyTimer = setInterval(say, 1000);
  find("busy").hidden = false;
  find("busy").scrollIntoView({ block: "nearest" });
  find("result").classList.add("waiting");
  tell("Reading");
}

function hideBusy() {
  clearInterval(busyTimer);
  find("busy").hidden = true;
  find("result").classList.remove("waiting");
}

function explain(error, retry) {
  if (error.name === "AbortError") {
    tell("Canceled.", true);
  } else if (!(error instanceof Refusal)) {
    throw error;
  } else if (error.status === UNAUTHORIZED) {
    tell("");
    askForKey(retry);
  } else {
    tell("");
    showRefusal(error, retry);
  }
}

function askForKey(retry) {
  afterKey = retry;
  find("key-note").textContent = key
    ? "The service does not accept this key. See whether it is complete, or ask the operator."
    : "Its operator has one for you. It stays in this page, and only until you leave it.";
  find("key-form").hidden = false;
  find("key").focus();
}

find("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = find("key").value.trim();
  // Nothing else can stand in a header.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    key = "";
    find("key-note").textContent = "A key has letters, digits and signs of ASCII only, and no spaces.";
    return find("key").focus();
  }
  find("key-form").hidden = true;
  if (afterKey !== introduce) introduce();
  afterKey();
});

find("cancel").addEventListener("click", () => {
  running?.abort();
  find("analyze").focus();
});

async function introduce() {
  try {
    const capabilities = await readCapabilities(key);
    composer.setCapabilities(capabilities);
    const { service, model, languages } = capabilities;
    find("about").textContent =
      `Whosaid ${service}, model ${model.name} ${model.version}; reads ${languages.map(nameLanguage).join(", ")}.`;
  } catch (error) {
    // Without it little is missing, unless a key is; a story that waits for one comes first.
    if (error.status === UNAUTHORIZED && find("key-form").hidden) askForKey(introduce);
  }
}

const nameLanguage = (code) => new Intl.DisplayNames(["en"], { type: "language" }).of(code);

// Showing

async function show(asked, answer) {
  const reading = readAnswer(answer);
  Object.assign(shown, { story: asked, reading, answers: new Map([["native", answer]]) });
  for (const panel of document.querySelectorAll(".source")) panel.replaceChildren();
  selection.forget(reading);
  openView("");
  summarize(answer, reading);
  find("compose").open = false;
  find("result").hidden = false;
  noteChange();
  find("result-title").focus({ preventScroll: true });
  find("result").scrollIntoView({ block: "start", behavior: "instant" });
  const text = asked.type === "text/html" ? answer.text : asked.text;
  await Promise.all([story.draw(reading, { headline: asked.headline, text }), sidebar.draw(reading)]);
  await filter();
  tell(`Done: ${find("result-title").textContent}`);
}

function summarize(answer, { quotes }) {
  const counts = [
    formatCount(quotes.length, "quote"),
    formatCount(answer.people.length, "person", "people"),
    formatCount(answer.organisations.length, "organisation"),
    formatCount(answer.places.length, "place"),
  ];
  find("result-title").textContent = counts.join(", ");
  const count = (status) => quotes.filter((quote) => quote.status === status).length;
  const { model, timings_ms: timings } = answer.meta;
  const facts = [
    count("ambiguous") && `Speaker not certain: ${formatCount(count("ambiguous"), "quote")}.`,
    count("unattributed") && `Nobody named: ${formatCount(count("unattributed"), "quote")}.`,
    `${nameLanguage(answer.language)}, ${answer.language_status}; read in ${formatNumber(timings.analysis)} ms by ${model.name} ${model.version}.`,
  ];
  find("facts").textContent = facts.filter(Boolean).join(" ");
  find("warnings").replaceChildren(
    ...answer.warnings.map(({ detail }) => build("p", { class: "doubt" }, detail)),
  );
}

/** Say that what is shown is not the story of the form any more, where that is so. */
function noteChange() {
  if (!shown.story) return;
  const now = composer.read();
  find("stale").hidden = Object.keys(now).every((part) => now[part] === shown.story[part]);
}

find("again").addEventListener("click", () => composer.submit());

// Filtering

async function filter() {
  const least = find("confidence").valueAsNumber / 100;
  find("confidence-value").textContent = `${find("confidence").value}%`;
  const { quotes, entities } = sidebar.filter(least);
  find("shown").textContent = `${formatCount(quotes, "quote")} and ${formatCount(entities, "name")} shown`;
  await story.filter(least);
  selection.refresh(least);
}

find("confidence").addEventListener("input", () => ignoreAborts(filter()));

/** What is overtaken by something newer is over, and no fault. */
async function ignoreAborts(promise) {
  try {
    await promise;
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

// Other forms of the answer

function openView(view) {
  viewing.abort();
  viewing = new AbortController();
  shown.view = view;
  for (const tab of TABS) {
    const isOpen = tab.dataset.view === view;
    tab.setAttribute("aria-selected", String(isOpen));
    tab.tabIndex = isOpen ? 0 : -1;
    find(tab.getAttribute("aria-controls")).hidden = !isOpen;
  }
  find("copy-json").hidden = !view;
  if (view) ignoreAborts(fillPanel(view, viewing.signal));
}

async function fillPanel(view, signal) {
  const { story: asked, answers } = shown;
  const panel = find(`panel-${view}`);
  hideRefusal();
  try {
    if (!answers.has(view)) {
      panel.replaceChildren(build("p", { class: "aside" }, "Asking the service for this form …"));
      answers.set(view, await analyze(asked, view, { key, signal }));
    }
    await drawJson(panel, answers.get(view), signal);
  } catch (error) {
    if (signal.aborted) return;
    panel.replaceChildren();
    explain(error, () => openView(view));
  }
}

find("tabs").addEventListener("click", ({ target }) => {
  if (target.dataset.view !== undefined) openView(target.dataset.view);
});

find("tabs").addEventListener("keydown", (event) => {
  const at = TABS.indexOf(event.target);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  TABS.at(next % TABS.length).focus();
});

// Copying

find("copy-curl").addEventListener("click", () => {
  const body = writeBody(shown.story, shown.view || "native");
  copy(
    writeCommand(findAddress(), body, { keyed: Boolean(key) }),
    key ? "The command is copied. It takes your key from $WHOSAID_KEY." : "The command is copied.",
  );
});

find("copy-json").addEventListener("click", () => {
  const answer = shown.answers.get(shown.view);
  if (answer) copy(JSON.stringify(answer, null, 2), "The answer is copied.");
});

async function copy(text, sentence) {
  try {
    // Missing where the page did not come over TLS, nor from this machine.
    await navigator.clipboard.writeText(text);
    tell(sentence, true);
  } catch {
    tell(copyBySelection(text) ? sentence : "The browser does not allow copying.", true);
  }
}

function copyBySelection(text) {
  const focused = document.activeElement;
  const area = build("textarea", { class: "visually-hidden", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return isCopied;
}

introduce();
