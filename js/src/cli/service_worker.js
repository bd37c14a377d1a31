// The rules. A file is kept by its address and its hash, so the files of two bundles are never confused. A new worker
// takes over when all files are kept and no page of the earlier one is open; then the earlier files are deleted.

const STORE = `wherry bundle ${self.registration.scope}`;
const keys = new Map(Object.entries(FILES).map(([path, hash]) => {
  const url = new URL(path, self.location).href;
  return [placeOf(url), { url, integrity: hash, key: `${url}?${encodeURIComponent(hash)}` }];
}));

self.addEventListener("install", (event) => event.waitUntil(keepMissing()));
self.addEventListener("activate", (event) => event.waitUntil(keepMissing().catch(() => {}).then(deleteOthers)));
self.addEventListener("fetch", (event) => {
  const file = fileOf(event.request);
  if (file) event.respondWith(answer(event.request, file));
});

/** Fetches the files that are not kept yet. Rejects if one is not there as the bundle lists it. */
async function keepMissing() {
  const store = await caches.open(STORE);
  const kept = await keptKeys(store);
  const missing = [...keys.values()].filter(({ key }) => !kept.has(key));
  await Promise.all(missing.map(async (file) => store.put(file.key, await fetchFile(file))));
}

/** Fetches a file, with a hash that the browser compares. */
async function fetchFile({ url, integrity }) {
  // If the browser's own cache has an earlier file, ask again without it.
  const response = await fetch(url, { integrity }).catch(() => fetch(url, { integrity, cache: "reload" }));
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  // Neither a redirect nor Vary may forbid its use for a later request.
  const headers = new Headers(response.headers);
  headers.delete("vary");
  return new Response(response.body, { headers });
}

async function deleteOthers() {
  const store = await caches.open(STORE);
  const wanted = new Set([...keys.values()].map(({ key }) => key));
  const others = [...(await keptKeys(store))].filter((key) => !wanted.has(key));
  await Promise.all(others.map((key) => store.delete(key)));
}

async function keptKeys(store) {
  return new Set((await store.keys()).map(({ url }) => url));
}

/** Returns the listed file that a request is for, if this worker may answer it. */
function fileOf({ method, mode, headers, url }) {
  if (method !== "GET" || headers.has("range")) return undefined;
  return keys.get(placeOf(url, mode === "navigate").replace(/\/index\.html$/, "/"));
}

/** Returns a URL without percent signs, of which pages and wherry write different ones, such as for @ and +. */
function placeOf(url, isNavigation = false) {
  const { origin, pathname, search } = new URL(url);
  let path = pathname;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    // It has a percent sign of its own.
  }
  return origin + path + (isNavigation ? "" : search);
}

/** Answers with the kept file. Unless all files are kept, every answer comes from the network, as without a worker. */
async function answer(request, { key }) {
  const store = await openComplete();
  const kept = await store?.match(key).catch(() => undefined);
  return kept ?? fetch(request);
}

let opening;
function openComplete() {
  opening ??= open().catch(() => undefined);
  return opening;
}

async function open() {
  const store = await caches.open(STORE);
  const kept = await keptKeys(store);
  return [...keys.values()].every(({ key }) => kept.has(key)) ? store : undefined;
}
