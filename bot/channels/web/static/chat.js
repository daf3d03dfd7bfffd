// The page's entrance: ties the stream, the writing line, the menu and the two queues together.

import * as outbox from "./outbox.js";
import { listen } from "./stream.js";
import * as uploads from "./uploads.js";
import { announce, isTyping, show, toEnd } from "./view.js";
import { limits, word } from "./words.js";

const DRAFT = "niangjia.draft";
const text = document.getElementById("text");
const complaint = document.getElementById("complaint");
const away = document.getElementById("away");
const seen = new Set(); // the page's own ids that the server has shown
let live = false;

listen({
  onMessage(event) {
    const element = show(event, { live, onPress: (button) => outbox.send({ action: button.action }, button.label) });
    if (!element) return;
    if (event.client) {
      seen.add(event.client);
      outbox.confirmed(event.client);
    }
    if (event.upload) uploads.shown(event, element);
    if (live && event.direction === "out") uploads.look();
    if (live && event.direction === "in") isTyping(true);
  },
  onReady() {
    outbox.hurry();
    uploads.hurry();
    if (live) return;
    live = true;
    toEnd();
    outbox.resume((client) => seen.has(client));
    requestAnimationFrame(announce);
  },
  onAway(sentence) {
    away.classList.toggle("shown", Boolean(sentence));
    if (away.textContent !== sentence) away.textContent = sentence;
  },
});

// Writing

function complain(sentence) {
  complaint.textContent = sentence;
  text.toggleAttribute("aria-invalid", Boolean(sentence));
}

function fit() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
}

function submit() {
  const written = text.value.trim();
  if (!written) return text.focus();
  if ([...written].length > limits.textLength) return complain(word("refused.too_long"));
  complain("");
  outbox.send({ text: written }, written);
  text.value = "";
  sessionStorage.removeItem(DRAFT);
  fit();
  text.focus();
}

document.getElementById("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
text.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229; // Enter that only picks a Chinese word
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  submit();
});
text.addEventListener("input", () => {
  complain("");
  sessionStorage.setItem(DRAFT, text.value);
  fit();
});
text.value = sessionStorage.getItem(DRAFT) || "";
fit();

// Files: by the two buttons, by pasting, by dropping

for (const kind of ["camera", "attach"]) {
  const input = document.getElementById(kind);
  document.getElementById(`${kind}-button`).addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    uploads.add([...input.files]);
    input.value = "";
  });
}
document.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  uploads.add([...event.clipboardData.files]);
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  uploads.add([...event.dataTransfer.files]);
});
window.addEventListener("beforeunload", (event) => uploads.busy() && event.preventDefault());

// The menu

const menu = document.getElementById("menu");
const opener = document.getElementById("menu-button");

function openMenu(yes) {
  menu.hidden = !yes;
  opener.setAttribute("aria-expanded", String(yes));
}

opener.addEventListener("click", () => openMenu(menu.hidden));
menu.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-command]");
  if (!chosen) return;
  openMenu(false);
  opener.focus();
  outbox.send({ command: chosen.dataset.command, argument: chosen.dataset.argument || "" }, chosen.textContent);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || menu.hidden) return;
  openMenu(false);
  opener.focus();
});
document.addEventListener("click", (event) => menu.hidden || event.target.closest(".menu") || openMenu(false));
menu.addEventListener("focusout", (event) => event.relatedTarget && !event.relatedTarget.closest(".menu") && openMenu(false));
