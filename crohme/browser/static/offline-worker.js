/** Answers from what was kept at the first visit. VERSION and FILES stand before this; both change with any file. */

// A host may have several such pages, which share what is kept.
const OWN = `crohme ${registration.scope} `, NAME = OWN + VERSION;

const keep = async () => {
  const cache = await caches.open(NAME);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
  await skipWaiting();
};

const forgetOthers = async () => {
  const others = (await caches.keys()).filter((name) => name.startsWith(OWN) && name !== NAME);
  await Promise.all(others.map((name) => caches.delete(name)));
  await clients.claim();
};

const answer = async (request) => {
  const cache = await caches.open(NAME);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
};

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
addEventListener("fetch", (event) => { if (event.request.method === "GET") event.respondWith(answer(event.request)); });
