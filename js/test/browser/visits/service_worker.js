// Keeps the files of the page at their first use, except the lock, which the page asks for itself.
const PAGE = new URL("./?keeps-itself", location).href;

self.addEventListener("install", (event) => event.waitUntil(caches.open("page").then((cache) => cache.add(PAGE))));

self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin === location.origin && pathname !== "/pylock.toml") event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open("page");
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
