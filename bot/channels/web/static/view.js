// The conversation on the page. Everything that comes from outside enters by textContent alone.

import { speak, word } from "./words.js";

const log = document.getElementById("log");
const messages = document.getElementById("messages");
const typing = document.getElementById("typing");
const below = document.getElementById("below");
const shown = new Set(); // ids of messages
const waiting = new Map(); // the page's own id -> the bubble it made before the server answered
const NEAR = 120; // pixels from the end that still count as being there
const PAUSE = 10 * 60 * 1000; // after so long, the time is shown
let atEnd = true;
let lastTime = 0;
let typingEnds = 0;

function template(name) {
  return document.getElementById(`${name}-template`).content.firstElementChild.cloneNode(true);
}

function bubble(direction, lines, tones = [], rows = []) {
  const element = template("message");
  element.classList.add(direction);
  const box = element.querySelector(".bubble");
  box.querySelector(".aloud").textContent = word(direction === "in" ? "from_you" : "from_bot");
  for (const [at, line] of lines.entries()) {
    if (rows[at]) {
      const open = at && rows[at - 1] ? box.lastElementChild : box.appendChild(block());
      open.append(blockLine(rows[at]));
      continue;
    }
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    if (tones[at]) paragraph.className = tones[at];
    box.append(paragraph);
  }
  return element;
}

function block() {
  const list = document.createElement("dl");
  list.className = "block";
  return list;
}

// One line of an estimate's block. Its bar only shows what the words beside it say.
function blockLine({ label, value, bar }) {
  const line = document.createElement("div");
  const name = line.appendChild(document.createElement("dt"));
  const said = line.appendChild(document.createElement("dd"));
  name.textContent = label;
  if (bar) {
    const cells = said.appendChild(document.createElement("span"));
    cells.className = "cells";
    cells.setAttribute("aria-hidden", "true");
    for (let at = 0; at < bar.cells; at++) {
      cells.appendChild(document.createElement("i")).classList.toggle("filled", bar.start <= at && at < bar.end);
    }
  }
  said.append(value);
  return line;
}

// A message from the server. Returns the element, or null if it was shown before.
export function show(event, { live, onPress }) {
  if (shown.has(event.id)) return null;
  shown.add(event.id);
  const own = event.client ? waiting.get(event.client) : null;
  const element = own || bubble(event.direction, event.lines, event.tones, event.rows);
  if (own) confirm(event.client, own);
  if (event.lang) {
    element.lang = event.lang;
    speak(event.lang);
  }
  if (event.buttons.length) element.append(choices(event.buttons, onPress));
  place(element, event.at);
  if (live && !own) element.classList.add("new");
  if (event.direction === "out") isTyping(false);
  if (live && event.direction === "out" && !atEnd) below.hidden = false;
  settle();
  return element;
}

// A bubble of one's own, shown before the server has it.
export function showOwn(client, lines) {
  const element = bubble("in", lines);
  element.classList.add("on-its-way");
  element.append(template("state"));
  waiting.set(client, element);
  messages.append(element);
  settle();
  toEnd();
  return element;
}

export function forget(client) {
  const element = waiting.get(client);
  waiting.delete(client);
  if (element) element.remove();
  settle();
}

function confirm(client, element) {
  waiting.delete(client);
  element.classList.remove("on-its-way", "failed");
  const state = element.querySelector(".state");
  if (state.contains(document.activeElement)) document.getElementById("text").focus();
  state.remove();
}

// How a bubble of one's own fares: a sentence, a share of what is uploaded, and what can be done about it.
export function mark(element, { sentence = "", share = null, failed = false, onAgain = null, onDrop = null }) {
  const state = element.querySelector(".state");
  if (!state) return;
  element.classList.toggle("failed", failed);
  const says = state.querySelector("span");
  if (says.textContent !== sentence) says.textContent = sentence;
  const bar = state.querySelector("progress");
  bar.hidden = share === null;
  bar.value = share ?? 0;
  bar.setAttribute("aria-label", word("uploading"));
  offer(state.querySelector(".again"), word("retry"), onAgain);
  offer(state.querySelector(".drop"), word("cancel"), onDrop);
}

function offer(button, label, action) {
  if (!action && document.activeElement === button) document.getElementById("text").focus();
  button.hidden = !action;
  button.textContent = label;
  button.onclick = action;
}

function choices(rows, onPress) {
  const list = document.createElement("div");
  list.className = "choices";
  for (const row of rows) {
    const line = document.createElement("div");
    line.className = "row";
    line.append(...row.map((button) => (button.url ? link(button) : choice(button, onPress))));
    list.append(line);
  }
  return list;
}

function choice(button, onPress) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "choice";
  element.textContent = button.label;
  element.addEventListener("click", (event) => {
    if (event.detail > 1) return; // the second half of a double tap, whatever button has moved under the finger
    onPress(button);
  });
  return element;
}

function link(button) {
  const element = document.createElement("a");
  element.className = "choice";
  element.href = button.url;
  element.target = "_blank";
  element.rel = "noopener";
  element.textContent = button.label;
  return element;
}

// What the server has stands in its order, before what is still on its way.
function place(element, at) {
  const first = waiting.values().next().value || null;
  const time = new Date(at);
  if (time - lastTime > PAUSE) messages.insertBefore(clock(time), first);
  lastTime = time;
  if (element.isConnected && element.nextElementSibling === first) return;
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  messages.insertBefore(element, first);
  if (focused) focused.focus({ preventScroll: true });
}

function clock(time) {
  const today = new Date().toDateString() === time.toDateString();
  const how = today ? {} : { month: "long", day: "numeric" };
  const element = document.createElement("p");
  element.className = "when";
  element.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", ...how }).format(time);
  return element;
}

// The choices under what the bot said last are the broad ones.
function settle() {
  let latest = true;
  for (const element of [...messages.children].reverse()) {
    if (element.classList.contains("in")) latest = false;
    element.classList.toggle("latest", latest);
  }
}

export function isTyping(yes, atMost = 12000) {
  clearTimeout(typingEnds);
  typing.hidden = !yes;
  if (yes) typingEnds = setTimeout(() => isTyping(false), atMost);
}

export function toEnd() {
  atEnd = true;
  below.hidden = true;
  log.scrollTop = log.scrollHeight;
}

// From now on, what comes is read out.
export function announce() {
  log.setAttribute("aria-live", "polite");
}

// Only the reader's own scrolling leaves the end; a picture that takes its place does not.
let before = { top: 0, height: 0 };
log.addEventListener("scroll", () => {
  const now = { top: log.scrollTop, height: log.scrollHeight };
  if (now.height - now.top - log.clientHeight < NEAR) atEnd = true;
  else if (now.top < before.top && now.height === before.height) atEnd = false;
  if (atEnd) below.hidden = true;
  before = now;
});
below.addEventListener("click", () => {
  toEnd();
  log.focus();
});
const sizes = new ResizeObserver(() => atEnd && toEnd());
for (const element of [log, messages, typing]) sizes.observe(element);
