import assert from "node:assert/strict";
import { test } from "node:test";
import { BrowserCache } from "../src/host/browser_cache.ts";
import { openDefaultCache } from "../src/host/default_cache.ts";
import { leastUsed } from "../src/host/least_used.ts";
import { MemoryCaches } from "./cache_stand_in.ts";

const NAME = "wherry-v1";
const PLACE = "https://wherry.invalid/";
const key = (digit: number) => `sha256:${String(digit).repeat(64)}`;
const bytes = (length: number) => new Uint8Array(length).fill(7);

function open(caches = new MemoryCaches()) {
  return { caches, cache: new BrowserCache(caches, caches.estimate) };
}

/** The digits of the entries, in the order of writing. */
function digits({ stores }: MemoryCaches): string {
  const names = [...(stores.get(NAME)?.keys() ?? [])].map((url) => url.replace(PLACE, ""));
  return names.filter((name) => name !== "uses").map((name) => name.at(-1)).join("");
}

test("of the entries of earlier visits, those that this visit used stay", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1000 });
  const { caches, cache } = open();
  for (const digit of [1, 2, 3]) await cache.put(key(digit), bytes(400));
  await cache.prune();
  context.mock.timers.setTime(2000);
  const next = open(caches).cache;
  await next.get(key(1));
  caches.quota = 10_000;
  await next.prune();
  assert.equal(digits(caches), "13");
  caches.quota = 100_000;
  await next.put(key(4), bytes(5));
  await next.prune();
  assert.equal(digits(caches), "134");
});

test("the limit is a tenth of the quota, and at most 512 MB", async () => {
  const { caches, cache } = open();
  caches.quota = 4100;
  for (const digit of [1, 2]) await cache.put(key(digit), bytes(200));
  await cache.prune();
  assert.equal(digits(caches), "12");
  caches.quota = 3900;
  await cache.get(key(2));
  await cache.prune();
  assert.ok((await cache.size) <= 390 * 0.8);
  const huge = [1, 2, 3].map((usedAt) => ({ size: 200e6, usedAt }));
  assert.deepEqual(leastUsed(huge, 512e6).map(({ usedAt }) => usedAt), [1]);
});

test("a visit that uses nothing writes nothing", async () => {
  const { caches, cache } = open();
  await cache.put(key(1), bytes(5));
  await cache.prune();
  const { written } = caches;
  const next = open(caches).cache;
  assert.equal(await next.get(key(2)), undefined);
  await next.prune();
  assert.equal(caches.written, written);
});

const DAMAGED = ["", "{", "null", "5", '{"a": 1}', "[1]", "[[]]", '[["sha256:1", "many", null]]', `[["${PLACE}${key(1)}", -1, 1e99]]`];

for (const damaged of DAMAGED) {
  test(`a damaged record of uses changes nothing: ${JSON.stringify(damaged)}`, async () => {
    const { caches, cache } = open();
    await cache.put(key(1), bytes(5));
    await cache.prune();
    caches.stores.get(NAME)?.set(`${PLACE}uses`, new TextEncoder().encode(damaged));
    const next = open(caches).cache;
    assert.equal(await next.size, 5);
    assert.deepEqual(await next.get(key(1)), bytes(5));
    await next.prune();
    assert.equal(await open(caches).cache.size, 5);
  });
}

test("foreign entries are counted, and go in their turn", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1000 });
  const { caches, cache } = open();
  await cache.put(key(1), bytes(5));
  await cache.prune();
  caches.stores.get(NAME)?.set("https://example.org/foreign.js", bytes(300));
  assert.equal(await cache.size, 305);
  await cache.get(key(1));
  await cache.prune();
  context.mock.timers.setTime(2000);
  caches.quota = 1000;
  await cache.get(key(1));
  await cache.prune();
  assert.deepEqual([await cache.size, digits(caches)], [5, "1"]);
});

test("two tabs may write, prune and clear at the same time", async () => {
  const { caches, cache } = open();
  const other = open(caches).cache;
  await Promise.all([cache.put(key(1), bytes(5)), other.put(key(2), bytes(6)), other.put(key(1), bytes(5))]);
  await Promise.all([cache.prune(), other.prune()]);
  assert.deepEqual([await cache.size, await other.size], [11, 11]);
  await Promise.all([cache.clear(), other.clear(), other.put(key(3), bytes(7)), cache.prune()]);
  assert.equal(await open(caches).cache.size, 7);
});

test("caches of older layouts are deleted, and no others", async () => {
  const { caches, cache } = open();
  for (const name of ["wherry-v0", "wherry-v2", "wherry-va", "mine"]) await caches.open(name);
  await cache.put(key(1), bytes(5));
  await cache.prune();
  assert.deepEqual((await caches.keys()).sort(), ["mine", "wherry-v1", "wherry-v2", "wherry-va"]);
});

test("denied storage counts as empty", async () => {
  const { caches, cache } = open();
  caches.failure = new DOMException("denied", "SecurityError");
  await cache.put(key(1), bytes(5));
  assert.equal(await cache.get(key(1)), undefined);
  await cache.prune();
  await cache.clear();
  assert.equal(await cache.size, 0);
});

test("a full quota stops the writing, and makes room of what this visit did not use", async () => {
  const { caches, cache } = open();
  for (const digit of [1, 2]) await cache.put(key(digit), bytes(50));
  await cache.prune();
  caches.quota = 400;
  await cache.get(key(2));
  await cache.put(key(3), bytes(500));
  await cache.put(key(4), bytes(5));
  assert.equal(await cache.size, 100);
  await cache.prune();
  assert.equal(digits(caches), "2");
  caches.quota = 4000;
  await cache.put(key(5), bytes(50));
  await cache.prune();
  assert.equal(digits(caches), "25");
});

test("Node.js has no default cache", () => assert.equal(openDefaultCache(), undefined));
