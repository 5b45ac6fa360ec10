// Shows the last known card where the hub cannot be reached. It keeps one member's page at most: another one's, a
// phone that was signed out and a link that was revoked take it away. The hub itself must have said so: what else
// answers on the way, a proxy or a network that wants somebody to sign in, is as good as nothing.
const SHELL = "card-shell-{{ version }}";
const MINE = "card-mine";
const CARD = "{{ card }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}", {% endfor %}];
const WHOSE = "X-Doorward-Card", NOBODYS = "none";
const KEPT = /^(photo\/[a-z0-9]+\.jpg|look\.css|icon\.svg|icon-\d+\.png)$/;
const GOING = ["leave", "account/data/delete"];
const PART = /^(image\/|text\/css)/;

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
  if (event.request.method === "POST" && GOING.includes(name)) event.waitUntil(caches.delete(MINE));
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
  const answer = await fetch(request).catch(() => Response.error());
  const kept = await caches.match(CARD, {cacheName: MINE});
  const whose = answer.headers.get(WHOSE);
  if (!whose) return kept || answer;
  if (whose === NOBODYS || (kept && kept.headers.get(WHOSE) !== whose)) await caches.delete(MINE);
  if (whose !== NOBODYS) await (await caches.open(MINE)).put(CARD, answer.clone());
  return answer;
}

// A photo is the member's, icons and colour are the organization's.
async function part(request) {
  const cacheName = new URL(request.url).pathname.startsWith(CARD + "photo/") ? MINE : SHELL;
  const answer = await fetch(request).catch(() => Response.error());
  const isPart = answer.ok && PART.test(answer.headers.get("Content-Type"));
  if (!isPart) return (await caches.match(request.url, {cacheName})) || answer;
  await (await caches.open(cacheName)).put(request.url, answer.clone());
  return answer;
}
