// What both caches do: that of browsers and that of the command line.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { FolderCache } from "../src/cli/folder_cache.ts";
import { BrowserCache } from "../src/host/browser_cache.ts";
import type { LimitedCache } from "../src/host/cache.ts";
import { MemoryCaches } from "./cache_stand_in.ts";

const key = (digit: number) => `sha256:${String(digit).repeat(64)}`;
const bytes = (length: number) => new Uint8Array(length).fill(7);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Opens the same cache again and again, as visits do. `replace` changes the content of every entry. */
interface Visits {
  open(): LimitedCache;
  replace(content: Uint8Array<ArrayBuffer>): void;
  /** Makes all entries older. */
  age(): void;
}

function inBrowser(): Visits {
  const caches = new MemoryCaches();
  caches.quota = 10_000;
  const entries = () => caches.stores.get("wherry-v1") ?? new Map();
  return {
    open: () => new BrowserCache(caches, caches.estimate),
    replace: (content) => [...entries().keys()].forEach((url) => entries().set(url, content)),
    age: () => {
      const url = "https://wherry.invalid/uses";
      const uses = JSON.parse(new TextDecoder().decode(entries().get(url)));
      entries().set(url, new TextEncoder().encode(JSON.stringify(uses.map(([key, size]: [string, number]) => [key, size, 0]))));
    },
  };
}

function inFolder(): Visits {
  const files = () => {
    const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
    return paths.filter((path) => statSync(path).isFile());
  };
  const fail = (line: string) => assert.fail(line);
  return {
    open: () => new FolderCache(folder, fail, 1000),
    replace: (content) => files().forEach((path) => writeFileSync(path, content)),
    age: () => files().forEach((path) => utimesSync(path, 0, 0)),
  };
}

for (const [name, start] of [["browser", inBrowser], ["folder", inFolder]] as const) describe(name, () => {
  test("entries are there on the next visit", async () => {
    const visits = start();
    const cache = visits.open();
    assert.equal(await cache.get(key(1)), undefined);
    await cache.put(key(1), bytes(5));
    assert.equal(await cache.size, 5);
    const found = await visits.open().get(key(1));
    assert.deepEqual(found, bytes(5));
    assert.equal(Object.getPrototypeOf(found), Uint8Array.prototype);
  });

  test("an entry can be changed by its reader", async () => {
    const cache = start().open();
    await cache.put(key(1), bytes(5));
    assert.equal(await cache.size, 5);
    (await cache.get(key(1)))?.fill(0);
    assert.deepEqual(await cache.get(key(1)), bytes(5));
  });

  test("storing again replaces a damaged entry", async () => {
    const visits = start();
    const cache = visits.open();
    await cache.put(key(1), bytes(5));
    await cache.size;
    visits.replace(bytes(3));
    assert.deepEqual(await cache.get(key(1)), bytes(3));
    await cache.put(key(1), bytes(5));
    assert.equal(await cache.size, 5);
    assert.deepEqual(await cache.get(key(1)), bytes(5));
  });

  test("entries unused for longest are pruned first, to four fifths of the limit", async () => {
    const visits = start();
    const first = visits.open();
    for (const digit of [1, 2, 3]) await first.put(key(digit), bytes(300));
    await first.prune();
    assert.equal(await first.size, 900);
    visits.age();
    const next = visits.open();
    await next.get(key(2));
    await next.put(key(4), bytes(300));
    await next.prune();
    assert.equal(await next.size, 600);
    assert.deepEqual([await next.get(key(2)), await next.get(key(4))], [bytes(300), bytes(300)]);
  });

  test("clearing deletes every entry, and the cache can be used again", async () => {
    const visits = start();
    const cache = visits.open();
    await cache.clear();
    assert.equal(await cache.size, 0);
    await cache.put(key(1), bytes(5));
    await cache.clear();
    assert.deepEqual([await cache.size, await cache.get(key(1))], [0, undefined]);
    await cache.put(key(1), bytes(5));
    assert.equal(await visits.open().size + await cache.size, 10);
  });
});
