// What the member wrote, tapped or picked, kept until the server has it: one after another, again after every failure, counted once by its id.

import { forget, isTyping, mark, showOwn } from "./view.js";
import { newId, word } from "./words.js";

const KEPT = "niangjia.outbox";
const LONGEST_WAIT = 20000;
const TRIES = 3; // of what the server fails at, before the next has its turn
const items = [];
let busy = false;
let wake = () => {};

export function send(what, shown) {
  const item = { body: { id: newId(), ...what }, shown };
  items.push(item);
  keep();
  display(item);
  drain();
}

// What was still on its way when the page was left. Called once the history is there, so that nothing is shown twice.
export function resume(isShown) {
  for (const item of JSON.parse(sessionStorage.getItem(KEPT) || "[]")) {
    if (isShown(item.body.id) || items.some((other) => other.body.id === item.body.id)) continue;
    items.push(item);
    display(item);
  }
  keep();
  drain();
}

// The stream has shown it: the server has it, whatever became of the answer.
export function confirmed(client) {
  remove(client);
}

export function hurry() {
  wake();
}

function display(item) {
  item.faults = 0;
  item.element = showOwn(item.body.id, [item.shown]);
}

function keep() {
  sessionStorage.setItem(KEPT, JSON.stringify(items.map(({ body, shown }) => ({ body, shown }))));
}

function remove(client) {
  const index = items.findIndex((item) => item.body.id === client);
  if (index >= 0) items.splice(index, 1);
  keep();
}

async function drain() {
  if (busy) return;
  busy = true;
  let pause = 1000;
  while (items.length) {
    const item = items[0];
    const answer = await post(item.body);
    if (items[0] !== item) continue; // the stream was faster
    if (answer.status === 202) {
      remove(item.body.id);
      mark(item.element, {});
      isTyping(true);
      pause = 1000;
    } else if (passes(answer.status) || (answer.status === 500 && ++item.faults < TRIES)) {
      const trouble = word(answer.status ? "refused.trouble" : "waiting");
      mark(item.element, { sentence: (answer.status === 429 && answer.sentence) || trouble, onDrop: () => drop(item) });
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, pause);
      });
      pause = Math.min(pause * 2, 15000);
    } else {
      remove(item.body.id);
      refuse(item, answer.sentence);
      pause = 1000;
    }
  }
  busy = false;
}

// Haste, no connection, or a server that is not itself for a while: tried for ever.
function passes(status) {
  return status === 0 || status === 429 || status > 500;
}

function drop(item) {
  remove(item.body.id);
  forget(item.body.id);
  document.getElementById("text").focus();
  wake();
}

function refuse(item, sentence) {
  mark(item.element, {
    sentence: sentence || word("not_sent"),
    failed: true,
    onAgain: () => {
      forget(item.body.id);
      send(Object.fromEntries(Object.entries(item.body).filter(([key]) => key !== "id")), item.shown);
    },
    onDrop: () => drop(item),
  });
}

async function post(body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LONGEST_WAIT);
  try {
    const response = await fetch("/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Niangjia": "chat" },
      body: JSON.stringify(body),
      signal: patience.signal,
    });
    const answer = await response.json().catch(() => ({}));
    return { status: response.status, sentence: answer.sentence };
  } catch {
    return { status: 0 };
  } finally {
    clearTimeout(timer);
  }
}
