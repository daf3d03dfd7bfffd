// The stream of messages. It goes on after the last message seen, however the connection was lost.

import { word } from "./words.js";

const SILENCE = 40000; // the server says something every 15 s
const PATIENCE = 2500; // a shorter break is not worth a word

const RELOADED = "niangjia.reloaded";

export function listen({ onMessage, onReady, onAway }) {
  let source = null;
  let last = 0;
  let heard = Date.now();
  let pause = 1000;
  let again = 0;
  let worry = 0;
  let crowded = ""; // what the server says of its own accord: with too many pages open it ends each stream at once

  function open() {
    close();
    heard = Date.now();
    source = new EventSource(last ? `/chat/events?after=${last}` : "/chat/events");
    source.addEventListener("message", (event) => {
      present();
      last = Number(event.lastEventId);
      onMessage(JSON.parse(event.data));
    });
    source.addEventListener("ready", (event) => {
      crowded = JSON.parse(event.data).sentence || "";
      present();
      sessionStorage.removeItem(RELOADED);
      onReady();
    });
    source.addEventListener("beat", present);
    source.addEventListener("error", lost);
  }

  function close() {
    clearTimeout(again);
    if (source) source.close();
    source = null;
  }

  function present() {
    heard = Date.now();
    pause = 1000;
    clearTimeout(worry);
    worry = 0;
    onAway(crowded);
  }

  function lost() {
    if (document.hidden) return;
    const comesBack = source && source.readyState !== EventSource.CLOSED;
    if (comesBack && crowded) return;
    worry = worry || setTimeout(() => onAway(crowded || word("away")), PATIENCE);
    if (comesBack) return;
    clearTimeout(again);
    beginAnew();
    again = setTimeout(open, pause);
    pause = Math.min(pause * 2, 15000);
  }

  // The server may know this chat no more, for instance after an erasure: loading the page begins another. Once, in case cookies are off.
  async function beginAnew() {
    const asked = new AbortController();
    const response = await fetch(`/chat/events?after=${last}`, { signal: asked.signal }).catch(() => null);
    const status = response ? response.status : 0;
    crowded = status === 503 ? (await response.json().catch(() => ({}))).sentence || "" : "";
    asked.abort();
    if (status !== 401 || !last || sessionStorage.getItem(RELOADED)) return;
    sessionStorage.setItem(RELOADED, "yes");
    location.reload();
  }

  // A hidden page lets go of its connection: browsers allow only six to one address, and phones save their battery.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pageshow", (event) => event.persisted && open());
  window.addEventListener("online", open);
  window.addEventListener("offline", () => onAway(word("away")));
  setInterval(() => {
    if (!document.hidden && Date.now() - heard > SILENCE) {
      crowded = "";
      lost();
      open();
    }
  }, 5000);
  open();
}
