// The stream of messages. It goes on after the last message seen, however the connection was lost.

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

  function open() {
    close();
    heard = Date.now();
    source = new EventSource(last ? `/chat/events?after=${last}` : "/chat/events");
    source.addEventListener("message", (event) => {
      present();
      last = Number(event.lastEventId);
      onMessage(JSON.parse(event.data));
    });
    source.addEventListener("ready", () => {
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
    onAway(false);
  }

  function lost() {
    if (document.hidden) return;
    worry = worry || setTimeout(() => onAway(true), PATIENCE);
    if (source && source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    clearTimeout(again);
    beginAnew();
    again = setTimeout(open, pause);
    pause = Math.min(pause * 2, 15000);
  }

  // The server may know this chat no more, for instance after an erasure: loading the page begins another. Once, in case cookies are off.
  async function beginAnew() {
    const asked = new AbortController();
    const status = await fetch(`/chat/events?after=${last}`, { signal: asked.signal }).then((response) => response.status, () => 0);
    asked.abort();
    if (status !== 401 || !last || sessionStorage.getItem(RELOADED)) return;
    sessionStorage.setItem(RELOADED, "yes");
    location.reload();
  }

  // A hidden page lets go of its connection: browsers allow only six to one address, and phones save their battery.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pageshow", (event) => event.persisted && open());
  window.addEventListener("online", open);
  window.addEventListener("offline", () => onAway(true));
  setInterval(() => {
    if (!document.hidden && Date.now() - heard > SILENCE) {
      lost();
      open();
    }
  }, 5000);
  open();
}
