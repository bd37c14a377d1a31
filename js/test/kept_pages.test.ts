import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { FolderCache } from "../src/cli/folder_cache.ts";
import { BrowserCache } from "../src/host/browser_cache.ts";
import type { Cache, LimitedCache } from "../src/host/cache.ts";
import { KeptPages, type KeptPagesOptions, type KeptResponse } from "../src/host/kept_pages.ts";
import { MemoryCaches } from "./cache_stand_in.ts";

const URL_ = "https://example.org/simple/idna/";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function inBrowser(): LimitedCache {
  const caches = new MemoryCaches();
  return new BrowserCache(caches, caches.estimate);
}

const inFolder = (): LimitedCache => new FolderCache(folder, (line) => assert.fail(line));

/** A cache with one content for every key. */
function damaged(content: string): Cache {
  return { get: async () => new TextEncoder().encode(content), put: async () => {} };
}

type Answer = (init: RequestInit) => Promise<Response>;

function stage(answer: Answer, cache: Cache, options: KeptPagesOptions = {}) {
  const asked: RequestInit[] = [];
  const get = (_: string, init: RequestInit) => {
    asked.push(init);
    return answer(init);
  };
  const pages = new KeptPages(cache, { get, ...options });
  /** Fetches, and reads a copy as a transfer reads the response. */
  const fetchAndKeep = async (url = URL_, init: RequestInit = {}) => {
    const response = await pages.fetch(url, init);
    const body = new Uint8Array(await response.clone().arrayBuffer());
    response.keep?.(body.length, () => body);
    await pages.written;
    return response;
  };
  return { asked, get: fetchAndKeep };
}

const fails = () => Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }));
const isDown = async () => new Response("", { status: 503 });
const noteOf = (response: KeptResponse) => response.note ?? "";

async function fill(cache: LimitedCache, url = URL_, init: RequestInit = {}, headers: Record<string, string> = {}) {
  const page = async () => new Response("page", { headers: { "content-type": "text/html", ...headers } });
  const response = await stage(page, cache).get(url, init);
  assert.equal(await response.text(), "page");
  assert.equal(noteOf(response), "");
  return cache;
}

for (const [name, open] of [["browser", inBrowser], ["folder", inFolder]] as const) describe(name, () => {
  for (const [name, answer] of [["nothing answers", fails], ["the server is down", isDown]] as const) {
    test(`if ${name}, the kept page is used with one note`, async () => {
      const cache = await fill(open());
      const { get } = stage(answer, await fill(cache, `${URL_}other/`));
      const response = await get();
      assert.deepEqual([await response.text(), response.status, response.url], ["page", 200, URL_]);
      assert.equal(response.headers.get("content-type"), "text/html");
      assert.match(noteOf(response), /^https:\/\/example\.org: .*; using the pages kept from \d{4}-/);
      assert.equal(noteOf(await get(`${URL_}other/`)), noteOf(response));
    });
  }

  test("offline makes no requests, and missing pages are errors", async () => {
    const { asked, get } = stage(fails, await fill(open()), { isOffline: true });
    assert.equal(await (await get()).text(), "page");
    await assert.rejects(get("https://example.org/simple/other/"), { message: "--offline" });
    assert.deepEqual(asked, []);
  });

  test("failures without a kept page, and cancelled requests, are unchanged", async () => {
    await assert.rejects(stage(fails, open()).get(), { message: "fetch failed" });
    const { get } = stage(fails, await fill(open()));
    await assert.rejects(get(URL_, { signal: AbortSignal.abort() }), { message: "fetch failed" });
    assert.equal((await stage(isDown, open()).get(`${URL_}other/`)).status, 503);
  });

  test("a missing project is kept as missing", async () => {
    const cache = open();
    await stage(async () => new Response("gone", { status: 404 }), cache).get();
    assert.equal((await stage(fails, cache).get()).status, 404);
  });

  const etag = '"1"';
  const moment = "Thu, 01 Jan 2026 00:00:00 GMT";

  for (const [header, question, value] of [["ETag", "If-None-Match", etag], ["Last-Modified", "If-Modified-Since", moment]] as const) {
    test(`with ${header}, the server is asked whether the kept page is current`, async () => {
      const cache = await fill(open(), URL_, {}, { [header]: value });
      const { asked, get } = stage(async () => new Response(null, { status: 304 }), cache, { revalidates: true });
      const response = await get();
      assert.deepEqual([await response.text(), response.status, noteOf(response)], ["page", 200, ""]);
      assert.deepEqual(asked[0]?.headers, { [question]: value });
    });
  }

  test("a changed page replaces the kept one", async () => {
    const cache = await fill(open(), URL_, {}, { ETag: etag });
    const changed = async () => new Response("changed", { headers: { ETag: '"2"' } });
    const { get } = stage(changed, cache, { revalidates: true });
    assert.equal(await (await get()).text(), "changed");
    assert.equal(await (await stage(fails, cache).get()).text(), "changed");
  });

  test("requests without validators: for a fresh copy, in a browser, for other types", async () => {
    const cache = await fill(open(), URL_, {}, { ETag: etag });
    const page = async () => new Response("new");
    const { asked, get } = stage(page, cache, { revalidates: true });
    await get(URL_, { cache: "reload" });
    await get(URL_, { headers: { Accept: "text/html" } });
    const inBrowser = stage(page, cache);
    await inBrowser.get();
    assert.deepEqual([...asked, ...inBrowser.asked].map(({ headers }) => headers), [undefined, { Accept: "text/html" }, undefined]);
  });

  const SECRET: [url: string, init: RequestInit][] = [
    [URL_, { headers: { Authorization: "Basic eA==" } }],
    [URL_, { headers: { "X-Token": "x" } }],
    [URL_, { credentials: "include" }],
    ["https://name:password@example.org/simple/idna/", {}],
  ];

  for (const [url, init] of SECRET) {
    test(`nothing is kept of a request with secrets, or used for it: ${url} ${JSON.stringify(init)}`, async () => {
      const cache = open();
      await fill(cache, url, init);
      assert.equal(await cache.size, 0);
      await fill(cache);
      await assert.rejects(stage(fails, cache).get(url, init), { message: "fetch failed" });
    });
  }

  test("archives, errors and pages that forbid it are not kept", async () => {
    const cache = open();
    await fill(cache, "https://example.org/idna-1-py3-none-any.whl");
    await fill(cache, URL_, {}, { "Cache-Control": "private, no-store" });
    await stage(async () => new Response("no", { status: 403 }), cache).get();
    assert.equal(await cache.size, 0);
  });
});

const HEAD = { url: URL_, status: 200, headers: {}, at: 0, size: 4 };
const DAMAGED = ["", "{\n", "null\n", "[]\npage", `${JSON.stringify(HEAD)}\npag`, `${JSON.stringify(HEAD)}page`];
const FIELDS = [{ url: 5 }, { status: 999 }, { status: "x" }, { headers: 5, at: null }, { at: "x" }, { size: null }, { headers: { "\n": "" } }];

for (const content of [...DAMAGED, ...FIELDS.map((fields) => `${JSON.stringify({ ...HEAD, ...fields })}\npage`)]) {
  test(`a damaged page is fetched again: ${JSON.stringify(content)}`, async () => {
    await assert.rejects(stage(fails, damaged(content)).get(), { message: "fetch failed" });
    const { asked, get } = stage(async () => new Response("new"), damaged(content), { revalidates: true });
    assert.equal(await (await get()).text(), "new");
    assert.deepEqual(asked, [{}]);
  });
}
