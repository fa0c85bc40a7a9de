/** Answers from what was kept at the first visit. VERSION and FILES stand before this; both change with any file. */

const keep = async () => {
  const cache = await caches.open(VERSION);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  await skipWaiting();
};

const forgetOthers = async () => {
  const others = (await caches.keys()).filter((name) => name.startsWith("crohme ") && name !== VERSION);
  await Promise.all(others.map((name) => caches.delete(name)));
  await clients.claim();
};

const answer = async (request) => {
  const cache = await caches.open(VERSION);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
};

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
addEventListener("fetch", (event) => { if (event.request.method === "GET") event.respondWith(answer(event.request)); });
