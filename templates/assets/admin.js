/*
 * What the back office gains from a script; every page works without it.
 * New orders arrive over Server-Sent Events: an event only says that something happened, the
 * page is then asked again and its `data-live` parts are exchanged, so that words, prices and
 * rights always come from the server.
 */
const body = document.body;
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/* ── A short sound, only after the person has touched the page ─────── */
const sound = { on: true, audio: null };
try { sound.on = localStorage.getItem("shophouse.sound") !== "off"; } catch { /* no storage: keep the default */ }

function wakeAudio() {
  const Audio = window.AudioContext;
  if (!Audio) return;
  sound.audio ??= new Audio();
  if (sound.audio.state === "suspended") sound.audio.resume();
}

function chime() {
  if (!sound.on || !sound.audio || sound.audio.state !== "running") return;
  const now = sound.audio.currentTime;
  [[880, 0], [1318.5, 0.14]].forEach(([pitch, after]) => {
    const tone = sound.audio.createOscillator();
    const volume = sound.audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, now + after);
    volume.gain.exponentialRampToValueAtTime(0.12, now + after + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, now + after + 0.5);
    tone.connect(volume).connect(sound.audio.destination);
    tone.start(now + after);
    tone.stop(now + after + 0.55);
  });
}

for (const button of all("[data-sound]")) {
  if (!body.dataset.stream) break;
  const state = button.querySelector("[data-on]");
  const show = () => {
    button.setAttribute("aria-pressed", String(sound.on));
    state.textContent = sound.on ? state.dataset.on : state.dataset.off;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    sound.on = !sound.on;
    try { localStorage.setItem("shophouse.sound", sound.on ? "on" : "off"); } catch { /* it lasts until the page goes */ }
    show();
    chime();
  });
  show();
}

/* ── Live orders ──────────────────────────────────────────────────── */
const KINDS = ["message", "order.placed", "order.status_changed", "order.cancelled", "payment.received", "receipt.completed", "stock.changed", "stock.low"];
const live = { after: body.dataset.after || "0", wait: 1000, timer: 0, busy: false, again: false, placed: 0, unseen: 0, title: document.title };

function say(text) {
  const region = document.getElementById("live");
  if (region && text) region.textContent = text;
}

function showCount(count) {
  for (const bubble of all("[data-new-orders]")) {
    bubble.hidden = count === 0;
    bubble.querySelector("[data-count]").textContent = String(count);
  }
}

function exchange(page) {
  const known = new Set(all("[data-key]").map((row) => row.dataset.key));
  const focused = document.activeElement?.closest("[data-live]") && document.activeElement.getAttribute("href");
  for (const part of all("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
    if (fresh) part.replaceWith(fresh);
  }
  if (focused) document.querySelector(`[data-live] a[href="${CSS.escape(focused)}"]`)?.focus();
  const added = all("[data-key]").filter((row) => !known.has(row.dataset.key));
  added.forEach((row) => row.classList.add("is-new"));
  return added.map((row) => row.dataset.announce).filter(Boolean);
}

async function refresh() {
  if (live.busy) { live.again = true; return; }
  live.busy = true;
  const placed = live.placed;
  live.placed = 0;
  let news = [];
  try {
    if (document.querySelector("[data-live]")) {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        news = exchange(page);
        const count = page.querySelector("[data-new-orders] [data-count]");
        if (count) showCount(Number(count.textContent));
      }
    } else if (placed) {
      const count = document.querySelector("[data-new-orders] [data-count]");
      showCount((Number(count?.textContent) || 0) + placed);
    }
  } catch { /* the next event tries again */ }
  if (placed) {
    chime();
    if (document.hidden) document.title = `(${live.unseen += placed}) ${live.title}`;
    say(news.slice(0, 3).join(". "));
  }
  live.busy = false;
  if (live.again) { live.again = false; refresh(); }
}

/* One stream for all tabs: a browser holds six connections to a host, and the stream of a seventh tab
   would keep every page waiting. The tab that has the lock listens and tells the others; when it goes,
   the next one takes over from the last event it heard of. */
const tabs = window.BroadcastChannel ? new BroadcastChannel("shophouse.stream") : null;
let source = null;

function note({ id, kind }) {
  if (Number(id) <= Number(live.after)) return; // in the page already
  live.after = id;
  if (kind === "order.placed") live.placed += 1;
  clearTimeout(live.timer);
  live.timer = setTimeout(refresh, 150);
}

function hear(event) {
  live.wait = 1000;
  let kind = event.type;
  if (kind === "message") { try { kind = JSON.parse(event.data).kind; } catch { return; } }
  const news = { id: event.lastEventId, kind };
  tabs?.postMessage(news);
  note(news);
}

function connect() {
  // `after` covers what happened between the rendering of the page and now; the browser's own
  // reconnects send Last-Event-ID.
  source = new EventSource(`${body.dataset.stream}?after=${encodeURIComponent(live.after)}`);
  KINDS.forEach((kind) => source.addEventListener(kind, hear));
  source.addEventListener("open", () => { live.wait = 1000; });
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return;
    setTimeout(connect, live.wait);
    live.wait = Math.min(live.wait * 2, 30000);
  });
}

function listen() {
  if (!tabs || !navigator.locks) return connect();
  navigator.locks.request("shophouse.stream", () => { connect(); return new Promise(() => {}); });
  // The tab that listens says how far it is: something may have happened since this page was drawn.
  tabs.addEventListener("message", ({ data }) => {
    if (!data.hello) note(data);
    else if (source) tabs.postMessage({ id: live.after });
  });
  tabs.postMessage({ hello: true });
}

if (body.dataset.stream && window.EventSource) {
  listen();
  // A page one has left keeps no connection, also when the browser keeps the page to go back to.
  addEventListener("pagehide", () => { source?.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted && source) { connect(); refresh(); } });
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, wakeAudio, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { live.unseen = 0; document.title = live.title; }
  });
}

/* ── Rows: the server makes them, the page stays where it is ───────── */
async function swap(form, button) {
  const id = button.dataset.swap;
  const data = new URLSearchParams(new FormData(form));
  data.set("action", button.value);
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(id);
    if (!fresh) throw new Error("no such part");
    const rows = document.getElementById(id).querySelectorAll("tbody tr").length;
    document.getElementById(id).replaceWith(fresh);
    if (button.value === "add_rows") fresh.querySelectorAll("tbody tr")[rows]?.querySelector("input:not([type=hidden])")?.focus();
    return true;
  } catch {
    return false;
  } finally {
    button.disabled = false;
  }
}

for (const form of all("form[data-rows]")) {
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-swap]");
    if (!button || button.dataset.plain) return;
    event.preventDefault();
    if (await swap(form, button)) return;
    button.dataset.plain = "1"; // no answer we can use: send the form the plain way
    button.click();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "remove") event.target.closest("tr")?.classList.toggle("row-off", event.target.checked);
    if (!/^option_(name|values)$/.test(event.target.name)) return;
    const row = event.target.closest("tr");
    const filled = [...row.querySelectorAll("input")].every((input) => input.value.trim());
    const button = form.querySelector("button[value=matrix]");
    if (filled && button) swap(form, button);
  });
}

/* ── Pictures: drop them where the button is ──────────────────────── */
for (const form of all("form[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("is-over"); });
  form.addEventListener("dragleave", () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}

/* ── One press is one press ────────────────────────────────────────── */
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});
// Back from the page a form led to, it may be sent again.
addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

/* ── Printing ─────────────────────────────────────────────────────── */
for (const part of all("[data-print]")) part.hidden = false;
for (const button of all("[data-print-now]")) button.addEventListener("click", () => window.print());
