// What a page cannot do without a script: zoom, turn and drag a picture, and show another one in its place. All else is plain forms.

const STEPS = [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6];

function viewer(stage, picture) {
  const sheet = picture.parentElement;
  let zoom = 0;
  let turn = 0;

  function place() {
    const lying = turn % 180 !== 0;
    const [width, height] = [picture.naturalWidth, picture.naturalHeight];
    if (!width) return;
    const [across, down] = lying ? [height, width] : [width, height];
    const fit = Math.min((stage.clientWidth - 4) / across, (stage.clientHeight - 4) / down);
    const scale = fit * STEPS[zoom];
    const middle = [
      (stage.scrollLeft + stage.clientWidth / 2) / Math.max(stage.scrollWidth, 1),
      (stage.scrollTop + stage.clientHeight / 2) / Math.max(stage.scrollHeight, 1),
    ];
    sheet.classList.add("placed");
    sheet.style.width = `${across * scale}px`;
    sheet.style.height = `${down * scale}px`;
    picture.style.width = `${width * scale}px`;
    picture.style.height = `${height * scale}px`;
    picture.style.transform = `translate(-50%, -50%) rotate(${turn}deg)`;
    stage.scrollLeft = middle[0] * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = middle[1] * stage.scrollHeight - stage.clientHeight / 2;
    stage.classList.toggle("drags", zoom > 0);
  }

  const deeds = {
    in: () => { zoom = Math.min(zoom + 1, STEPS.length - 1); },
    out: () => { zoom = Math.max(zoom - 1, 0); },
    left: () => { turn -= 90; },
    right: () => { turn += 90; },
    reset: () => { zoom = 0; turn = 0; },
  };

  function act(deed) {
    deeds[deed]();
    place();
  }

  picture.addEventListener("load", place);
  new ResizeObserver(place).observe(stage);
  if (picture.complete) place();
  return { act, fresh: () => { zoom = 0; turn = 0; } };
}

function dragging(stage) {
  let from = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    from = [event.clientX + stage.scrollLeft, event.clientY + stage.scrollTop];
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
    stage.focus();
  });
  stage.addEventListener("pointermove", (event) => {
    if (from) stage.scrollTo(from[0] - event.clientX, from[1] - event.clientY);
  });
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => { from = null; });
}

const stage = document.getElementById("stage");
const picture = document.getElementById("picture");

if (stage && picture) {
  const shown = viewer(stage, picture);
  const keys = { "+": "in", "=": "in", "-": "out", "[": "left", "]": "right", 0: "reset" };
  dragging(stage);
  for (const button of document.querySelectorAll(".tools [data-do]")) button.addEventListener("click", () => shown.act(button.dataset.do));
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    shown.act(keys[event.key]);
  });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    shown.act(event.deltaY < 0 ? "in" : "out");
  }, { passive: false });
  for (const thumb of document.querySelectorAll("a.thumb")) {
    thumb.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      document.querySelector("a.thumb[aria-current]")?.removeAttribute("aria-current");
      thumb.setAttribute("aria-current", "true");
      shown.fresh();
      picture.src = thumb.href;
      picture.alt = thumb.dataset.alt;
      stage.scrollIntoView({ block: "nearest" });
    });
  }
}

// A refusal or an answer at the top of the page gets the focus, so that it is read first.
document.getElementById("alert")?.focus();

// What is typed into an answer stays through a reload, in this tab only; once it is sent, or nobody is signed in, it goes.
const DRAFT = "draft:";
for (const box of document.querySelectorAll("textarea[data-draft]")) {
  const key = DRAFT + box.dataset.draft;
  if ("fresh" in box.dataset && performance.getEntriesByType("navigation")[0]?.type !== "reload") sessionStorage.removeItem(key);
  if (!box.value) box.value = sessionStorage.getItem(key) ?? "";
  box.addEventListener("input", () => sessionStorage.setItem(key, box.value));
}
if (!document.querySelector(".menu")) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(DRAFT)) sessionStorage.removeItem(key);
}
for (const button of document.querySelectorAll("button[data-fill]")) {
  button.addEventListener("click", () => {
    const box = document.getElementById(button.dataset.fill);
    box.value = [box.value.trim(), button.textContent.trim()].filter(Boolean).join("\n");
    box.dispatchEvent(new Event("input"));
    box.focus();
  });
}

// A decision sent twice by a double tap is sent once, also where the form came later than the page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

// What goes on by itself is looked at again every few seconds, in its place: neither the scroll nor what is being typed is lost.
// The header says that nobody asked, so that a page left open keeps nobody signed in.
function renewed(place) {
  setTimeout(async () => {
    const isBusy = document.hidden || (place.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));
    const answer = isBusy ? null : await fetch(location.pathname, { headers: { "X-Live": "yes" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(place.id);
      const focused = place.contains(document.activeElement) ? document.activeElement.form?.getAttribute("action") : null;
      if (fresh) {
        place.replaceWith(fresh);
        place = fresh;
        if (focused) place.querySelector(`form[action="${focused}"] button`)?.focus();
      }
    }
    if (place.dataset.live) renewed(place);
  }, Number(place.dataset.live) * 1000);
}
for (const place of document.querySelectorAll("[data-live]")) renewed(place);
