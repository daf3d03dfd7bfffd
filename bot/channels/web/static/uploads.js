// Photos and documents: shown at once, sent one after another with their progress, and shown again as the safe picture the server made.

import { forget, isTyping, mark, showOwn } from "./view.js";
import { limits, newId, word } from "./words.js";

const STALLED = 30000; // no byte moved for so long: the connection is dead
const items = [];
const unsettled = new Map(); // upload id -> {figure, wait, timer}
const viewer = document.getElementById("viewer");
let current = null;

export function add(files) {
  for (const file of files) {
    const item = { client: newId(), file, state: "waiting" };
    item.element = showOwn(item.client, []);
    item.figure = figure(item.element, file.name);
    preview(item);
    items.push(item);
    if (file.size > limits.fileBytes) fail(item, word("refused.too_big"), false);
    else if (!file.size) fail(item, word("refused.empty_file"), false);
    else waitInLine(item);
  }
  next();
}

export function busy() {
  return items.some((item) => item.state !== "failed");
}

// The connection is back: what failed for want of it goes again.
export function hurry() {
  for (const item of items.filter((each) => each.again)) waitInLine(item);
  next();
}

// The stream shows a file: one of this page's, or one sent from elsewhere.
export function shown(event, element) {
  element.classList.add("with-file");
  const item = items.find((each) => each.client === event.client);
  if (item) remove(item);
  const own = element.querySelector(".file") || figure(element, event.upload.name);
  follow(event.upload, own);
}

function figure(element, name) {
  const part = document.getElementById("file-template").content.firstElementChild.cloneNode(true);
  part.querySelector(".name span").textContent = name || word("picture");
  element.classList.add("with-file");
  element.querySelector(".bubble").append(part);
  return part;
}

function preview(item) {
  if (!item.file.type.startsWith("image/")) return;
  const image = new Image();
  const address = URL.createObjectURL(item.file);
  image.alt = word("picture");
  image.onload = () => item.figure.querySelector("button") || item.figure.querySelector(".pictures").replaceChildren(openable(image));
  image.onerror = () => URL.revokeObjectURL(address); // a kind of picture this browser cannot show, such as HEIC
  image.src = address;
  item.figure.preview = address;
}

function waitInLine(item) {
  item.state = "waiting";
  item.again = false;
  mark(item.element, { sentence: word("uploading"), share: 0, onDrop: () => drop(item) });
}

function next() {
  if (current) return;
  current = items.find((item) => item.state === "waiting");
  if (current) upload(current);
}

function upload(item) {
  const request = new XMLHttpRequest();
  let stalled = 0;
  const moved = () => {
    clearTimeout(stalled);
    stalled = setTimeout(() => request.abort(), STALLED);
  };
  item.state = "moving";
  item.request = request;
  request.open("POST", `/chat/files/${item.client}`);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-Niangjia", "chat");
  request.setRequestHeader("X-Name", encodeURIComponent([...item.file.name].slice(-100).join("")));
  request.upload.onprogress = (event) => {
    moved();
    mark(item.element, { sentence: word("uploading"), share: event.loaded / (event.total || 1), onDrop: () => drop(item) });
  };
  request.onloadend = () => {
    clearTimeout(stalled);
    current = null;
    ended(item, request);
    next();
  };
  moved();
  request.send(item.file);
}

function ended(item, request) {
  if (!items.includes(item)) return; // dropped, or shown by the stream already
  if (request.status === 202) {
    item.state = "sent";
    remove(item);
    mark(item.element, {});
    isTyping(true, 30000);
  } else if (request.status === 503) {
    rest(item, sentenceOf(request) || word("refused.trouble"), Number(request.getResponseHeader("Retry-After")) || 5);
  } else if (request.status === 0 || request.status === 408 || request.status === 429 || request.status >= 500) {
    fail(item, sentenceOf(request) || word("not_uploaded"), true);
    item.again = request.status === 0;
  } else {
    fail(item, sentenceOf(request) || word("not_uploaded"), false);
  }
}

// What passes by itself is tried again by itself.
function rest(item, sentence, seconds) {
  item.state = "resting";
  mark(item.element, { sentence, onDrop: () => drop(item) });
  setTimeout(() => {
    if (!items.includes(item)) return;
    waitInLine(item);
    next();
  }, seconds * 1000);
}

function sentenceOf(request) {
  try {
    return JSON.parse(request.responseText).sentence;
  } catch {
    return "";
  }
}

function fail(item, sentence, mayRetry) {
  item.state = "failed";
  const onAgain = () => {
    waitInLine(item);
    next();
  };
  mark(item.element, { sentence, failed: true, onAgain: mayRetry ? onAgain : null, onDrop: () => drop(item) });
}

function drop(item) {
  remove(item);
  if (item.request) item.request.abort();
  if (item.figure.preview) URL.revokeObjectURL(item.figure.preview);
  forget(item.client);
  document.getElementById("text").focus();
}

function remove(item) {
  const index = items.indexOf(item);
  if (index >= 0) items.splice(index, 1);
}

// Ask until the file is safe to show: soon at first, then more rarely, and at once when the bot speaks.
function follow(upload, part) {
  if (upload.state === "ready") return showPictures(upload, part);
  if (upload.state === "refused") return showRefusal(part);
  const known = unsettled.get(upload.id) || { part, wait: 700 };
  if (!known.part.querySelector("button")) part.querySelector(".name span").textContent = word("working");
  known.timer = setTimeout(() => ask(upload.id), known.wait);
  known.wait = Math.min(known.wait * 1.5, 10000);
  unsettled.set(upload.id, known);
}

export function look() {
  for (const id of unsettled.keys()) ask(id);
}

async function ask(id) {
  const { part, timer } = unsettled.get(id) || {};
  if (!part) return;
  clearTimeout(timer);
  let upload = { id, state: "waiting" };
  try {
    const response = await fetch(`/chat/pictures/${id}`);
    if (response.ok) upload = await response.json();
  } catch {
    // no connection: asked again later
  }
  if (upload.state !== "waiting") unsettled.delete(id);
  else clearTimeout(unsettled.get(id)?.timer);
  follow(upload, part);
}

async function showPictures(upload, part) {
  const images = Array.from({ length: upload.pictures }, (_, number) => {
    const image = new Image();
    image.alt = upload.pictures > 1 ? `${word("picture")} ${number + 1}` : word("picture");
    image.loading = number > 3 ? "lazy" : "eager";
    image.src = `/chat/pictures/${upload.id}/${number}`;
    return image;
  });
  if (part.preview) await images[0]?.decode().catch(() => {}); // the preview stays until its better is there
  part.querySelector(".pictures").replaceChildren(...images.map(openable));
  if (part.preview) URL.revokeObjectURL(part.preview);
}

function showRefusal(part) {
  part.querySelector(".pictures").replaceChildren();
  part.querySelector(".name span").textContent = word("unreadable");
}

function openable(image) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(image);
  button.addEventListener("click", () => {
    const large = document.getElementById("viewed");
    large.src = image.src;
    large.alt = image.alt;
    viewer.showModal();
  });
  return button;
}

viewer.addEventListener("click", (event) => event.target.id === "viewed" && viewer.close());
