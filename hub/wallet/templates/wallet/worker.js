// Shows the last known card where the hub cannot be reached. It keeps one member's page at most: another one's, a
// phone that was signed out and a link that was revoked take it away.
const SHELL = "card-shell-{{ version }}";
const MINE = "card-mine";
const CARD = "{{ card }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}", {% endfor %}];
const WHOSE = "X-Doorward-Card";
const CHANGES_WHOSE = ["open", "leave"].map(name => CARD + name);
const KEPT = /^(photo\/[a-z0-9]+\.jpg|look\.css|icon\.svg|icon-\d+\.png)$/;

self.addEventListener("install", event => {
  self.skipWaiting();
  event.waitUntil(caches.open(SHELL).then(shell => shell.addAll(FILES)));
});

self.addEventListener("activate", event => event.waitUntil(takeOver()));

self.addEventListener("message", event => event.waitUntil(keepAll(event.data.keep)));

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  const name = url.pathname.startsWith(CARD) ? url.pathname.slice(CARD.length) : null;
  if (event.request.method === "POST" && CHANGES_WHOSE.includes(url.pathname)) event.waitUntil(caches.delete(MINE));
  if (event.request.method !== "GET") return;
  if (FILES.includes(url.pathname)) event.respondWith(caches.match(event.request).then(kept => kept || fetch(event.request)));
  else if (name === "") event.respondWith(card(event.request));
  else if (name !== null && KEPT.test(name)) event.respondWith(part(event.request));
});

async function takeOver() {
  const old = (await caches.keys()).filter(name => name.startsWith("card-shell-") && name !== SHELL);
  await Promise.all(old.map(name => caches.delete(name)));
  await clients.claim();
}

// What a page that came before this worker has loaded.
async function keepAll(addresses) {
  for (const address of addresses) {
    const asked = new Request(address, {credentials: "same-origin", cache: "no-store"});
    await (new URL(asked.url).pathname === CARD ? card(asked) : part(asked));
  }
}

async function card(request) {
  const kept = () => caches.match(CARD, {cacheName: MINE});
  try {
    const answer = await fetch(request);
    if (answer.status >= 500 || answer.status === 429) return (await kept()) || answer;
    await keepCard(answer.clone(), await kept());
    return answer;
  } catch {
    return (await kept()) || Response.error();
  }
}

async function keepCard(answer, before) {
  const whose = answer.headers.get(WHOSE);
  if (!whose || (before && before.headers.get(WHOSE) !== whose)) await caches.delete(MINE);
  if (whose) await (await caches.open(MINE)).put(CARD, answer);
}

// A photo is the member's, icons and colour are the organization's.
async function part(request) {
  const cacheName = new URL(request.url).pathname.startsWith(CARD + "photo/") ? MINE : SHELL;
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(cacheName)).put(request.url, answer.clone());
    return answer;
  } catch {
    return (await caches.match(request.url, {cacheName})) || Response.error();
  }
}
