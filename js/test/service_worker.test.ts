import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { MemoryCaches } from "./cache_stand_in.ts";

const RULES = readFileSync(new URL("../src/cli/service_worker.js", import.meta.url), "utf8");
const SITE = "https://example.org/site/";
const hashOf = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** A host of files, with a cache of the browser before it. */
class Host {
  files: Record<string, string> = {};
  /** Earlier files, which the browser still has. */
  outdated: Record<string, string> = {};
  asked: string[] = [];
  isGone = false;

  readonly fetch = async (given: string | { url: string }, { integrity, cache }: RequestInit = {}) => {
    const path = (typeof given === "string" ? given : given.url).slice(SITE.length);
    const old = cache === "reload" ? undefined : this.outdated[path];
    if (old === undefined) {
      if (this.isGone) throw new TypeError("no network");
      this.asked.push(path);
    }
    const content = old ?? this.files[path];
    if (integrity && hashOf(content ?? "") !== integrity) throw new TypeError("another hash");
    return new Response(content ?? null, { status: content === undefined ? 404 : 200, headers: { Vary: "*", "X-Kept": "yes" } });
  };
}

let host: Host;
let caches: MemoryCaches;
beforeEach(() => {
  host = new Host();
  caches = new MemoryCaches();
});

/** A worker for files that are listed as they are now. */
class Worker {
  readonly #listeners: Record<string, (event: object) => void> = {};

  constructor(files = host.files) {
    const list = Object.fromEntries(Object.entries(files).map(([path, text]) => [path || "./", hashOf(text)]));
    const self = {
      location: `${SITE}worker.js`,
      registration: { scope: SITE },
      addEventListener: (name: string, listener: (event: object) => void) => void (this.#listeners[name] = listener),
    };
    const context = createContext({ self, caches, fetch: host.fetch, URL, Response, Headers });
    runInContext(`const FILES = ${JSON.stringify(list)};\n${RULES}`, context);
  }

  async #dispatch(name: string): Promise<void> {
    let work: Promise<unknown> | undefined;
    this.#listeners[name]?.({ waitUntil: (promise: Promise<unknown>) => void (work = promise) });
    await work;
  }

  install = () => this.#dispatch("install");
  activate = () => this.#dispatch("activate");

  /** Returns the text that the page gets, or undefined if the worker leaves the request alone. */
  async get(path: string, given: { method?: string; mode?: string; headers?: Headers } = {}): Promise<string | undefined> {
    const request = { method: "GET", mode: "cors", headers: new Headers(), url: new URL(path, SITE).href, ...given };
    let answer: Promise<Response> | undefined;
    this.#listeners["fetch"]?.({ request, respondWith: (promise: Promise<Response>) => void (answer = promise) });
    return (await answer)?.text();
  }
}

async function working(): Promise<Worker> {
  const worker = new Worker();
  await worker.install();
  await worker.activate();
  host.asked = [];
  return worker;
}

const keptKeys = () => [...(caches.stores.get(`wherry bundle ${SITE}`)?.keys() ?? [])];

test("kept files need no network, and each is fetched once", async () => {
  host.files = { "": "page", "packages/pylock.toml": "lock" };
  const worker = new Worker();
  await worker.install();
  assert.deepEqual(host.asked.sort(), ["", "packages/pylock.toml"]);
  await worker.activate();
  host.isGone = true;
  assert.equal(await worker.get("packages/pylock.toml"), "lock");
  assert.equal(await worker.get("", { mode: "navigate" }), "page");
  assert.equal(await worker.get("index.html?visit=2#top", { mode: "navigate" }), "page");
  assert.deepEqual(host.asked.length, 2);
});

test("a file is found however a page writes its URL", async () => {
  host.files = { "a%402x%2B.png": "picture", "%C3%A9.js": "é" };
  const worker = await working();
  for (const path of ["a@2x+.png", "a%402x%2B.png", "a@2x%2b.png"]) assert.equal(await worker.get(path), "picture", path);
  assert.equal(await worker.get("é.js"), "é");
  assert.equal(await worker.get("%.js"), undefined);
});

test("other requests are left alone", async () => {
  host.files = { "": "page", "a.js": "a" };
  const worker = await working();
  for (const path of ["b.js", "a.js?v=2", "https://elsewhere.example/site/a.js"]) {
    assert.equal(await worker.get(path), undefined, path);
  }
  assert.equal(await worker.get("a.js", { method: "POST" }), undefined);
  assert.equal(await worker.get("a.js", { headers: new Headers({ Range: "bytes=0-1" }) }), undefined);
});

test("a new bundle replaces the earlier one when all of it is there, and unchanged files are not fetched again", async () => {
  host.files = { same: "same", lock: "old lock" };
  const old = await working();
  host.files = { same: "same", lock: "new lock", more: "more" };
  const incomplete = new Worker();
  delete host.files["more"];
  await assert.rejects(incomplete.install(), /another hash/);
  assert.equal(await old.get("lock"), "old lock");

  host.files["more"] = "more";
  host.asked = [];
  const next = new Worker();
  await next.install();
  assert.ok(!host.asked.includes("same"), `${host.asked}`);
  assert.equal(await old.get("lock"), "old lock");
  await next.activate();
  assert.equal(await next.get("lock"), "new lock");
  assert.equal(keptKeys().length, 3);
});

test("a file that differs from the list is never kept", async () => {
  host.files = { lock: "new lock" };
  const worker = new Worker();
  host.files = { lock: "a lock between" };
  await assert.rejects(worker.install());
  assert.deepEqual(keptKeys(), []);
});

test("an earlier file in the browser's own cache is passed over", async () => {
  host.outdated = { lock: "old lock" };
  host.files = { lock: "new lock" };
  const worker = await working();
  host.isGone = true;
  assert.equal(await worker.get("lock"), "new lock");
});

test("unless all files are kept, every file comes from the network", async () => {
  host.files = { lock: "lock", wheel: "wheel" };
  await working();
  caches.stores.get(`wherry bundle ${SITE}`)?.delete(keptKeys()[0] ?? "");
  const restarted = new Worker();
  await restarted.get("lock");
  await restarted.get("wheel");
  assert.deepEqual(host.asked, ["lock", "wheel"]);
});

test("where the storage fails, the page works as without a worker", async () => {
  host.files = { lock: "lock" };
  const worker = await working();
  caches.failure = new Error("no storage");
  assert.equal(await worker.get("lock"), "lock");
  assert.equal(await new Worker().get("lock"), "lock");
  assert.equal(host.asked.length, 2);
  await assert.rejects(new Worker().install(), /no storage/);
});

test("files that a later worker has fetched survive the activation before it", async () => {
  host.files = { lock: "second" };
  const second = new Worker();
  await second.install();
  host.files = { lock: "third" };
  const third = new Worker();
  await third.install();
  await second.activate();
  await third.activate();
  host.isGone = true;
  assert.equal(await third.get("lock"), "third");
});
