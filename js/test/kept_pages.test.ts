import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptPages } from "../src/cli/kept_pages.ts";

const URL_ = "https://example.org/simple/idna/";

function memory() {
  const kept = new Map<string, Uint8Array>();
  const put = async (key: string, content: Uint8Array) => void kept.set(key, content);
  return { kept, get: async (key: string) => kept.get(key), put };
}

function stage(answer: () => Promise<Response>, cache = memory(), isOffline = false) {
  const said: string[] = [];
  const pages = new KeptPages(cache, (line) => said.push(line), isOffline, answer as typeof fetch);
  return { cache, said, get: (url = URL_, init: RequestInit = {}) => pages.fetch(url, init) };
}

const fails = () => Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }));

async function filled() {
  const { cache, get, said } = stage(async () => new Response("page", { headers: { "content-type": "text/html" } }));
  assert.equal(await (await get()).text(), "page");
  await new Promise(setImmediate);
  assert.deepEqual(said, []);
  return cache;
}

const isDown = async () => new Response("", { status: 503 });

for (const [name, answer] of [["nothing answers", fails], ["the server is down", isDown]] as const) {
  test(`if ${name}, the kept page is used with one warning`, async () => {
    const { get, said } = stage(answer, await filled());
    const response = await get();
    assert.deepEqual([await response.text(), response.status], ["page", 200]);
    assert.equal(response.headers.get("content-type"), "text/html");
    await get();
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^wherry: warning: https:\/\/example\.org: .*; using the pages kept from \d{4}-/);
  });
}

test("offline makes no requests, and missing pages are errors", async () => {
  const { get } = stage(() => assert.fail("asked"), await filled(), true);
  assert.equal(await (await get()).text(), "page");
  await assert.rejects(get("https://example.org/simple/other/"), { message: "--offline" });
});

test("failures without a kept page, and cancelled requests, are unchanged", async () => {
  await assert.rejects(stage(fails).get(), { message: "fetch failed" });
  const { get } = stage(fails, await filled());
  await assert.rejects(get(URL_, { signal: AbortSignal.abort() }), { message: "fetch failed" });
});

test("kept pages are separate for different credentials", async () => {
  const { get } = stage(fails, await filled());
  await assert.rejects(get(URL_, { headers: { Authorization: "Basic eA==" } }));
});

test("archives and errors are not kept, and damaged pages are ignored", async () => {
  const { cache, get } = stage(async () => new Response("x"));
  await get("https://example.org/idna-1-py3-none-any.whl");
  await stage(async () => new Response("no", { status: 403 }), cache).get();
  await new Promise(setImmediate);
  assert.equal(cache.kept.size, 0);
  const damaged = await filled();
  for (const key of damaged.kept.keys()) damaged.kept.set(key, new TextEncoder().encode("{\n"));
  await assert.rejects(stage(fails, damaged).get(), { message: "fetch failed" });
});
