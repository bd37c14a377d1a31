import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate, setTimeout } from "node:timers/promises";
import { EarlyArchives, type EarlyOptions, transfer } from "../src/host/early.ts";
import { MemoryBudget } from "../src/host/memory_budget.ts";
import type { Get } from "../src/host/transfer.ts";

const SITE = "http://example.test/";
/** The options of Python's requests for archives. */
const PLAIN = JSON.stringify({ redirect: "follow", headers: {} });

interface Asked {
  url: string;
  signal: AbortSignal;
  answer: (content: string | Uint8Array, status?: number) => Promise<void>;
  fail: () => Promise<void>;
}

/** A network that answers when the test does. */
function network() {
  const asked: Asked[] = [];
  const get: Get = (url, { signal }) =>
    new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      const answer = (content: string | Uint8Array, status = 200) => {
        resolve(new Response(content as Uint8Array<ArrayBuffer>, { status }));
        return settled();
      };
      const fail = () => {
        reject(new TypeError("cut"));
        return settled();
      };
      asked.push({ url, signal: signal as AbortSignal, answer, fail });
    });
  const names = () => asked.map(({ url }) => url.replace(/.*\//, ""));
  const request = (name: string, init = PLAIN) => transfer(`${SITE}${name}`, init, "{}", '{"wantsHash": true}', get);
  return { asked, get, names, request };
}

/** Waits until promises and streams have settled, and hashes, which other threads compute. */
async function settled(): Promise<void> {
  await crypto.subtle.digest("SHA-256", new Uint8Array());
  await setTimeout(5);
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

async function begin(names: readonly string[], options: Partial<EarlyOptions>, site = SITE): Promise<EarlyArchives> {
  const wanted = names.map((name) => ({ url: `${site}${name}`, size: null, limit: 1000 }));
  const begun = new EarlyArchives(wanted, { patience: {}, atOnce: 6, ...options });
  await settled();
  return begun;
}

const text = async ({ answer }: { answer: Promise<{ body: Uint8Array }> }) => new TextDecoder().decode((await answer).body);

test("a plain request takes an archive that has begun, once, with its hash", async (context) => {
  const { asked, get, names, request } = network();
  const begun = await begin(["a", "b"], { get });
  context.after(() => begun.drop());
  await asked[0]?.answer("first");
  const { sha256, body } = await request("a").answer;
  assert.equal(new TextDecoder().decode(body), "first");
  assert.equal(sha256.length, 64);
  request("a");
  assert.deepEqual(names(), ["a", "b", "a"]);
  const running = request("b");
  await asked[1]?.answer("second");
  assert.equal(await text(running), "second");
});

test("requests with headers, credentials or another cache mode begin anew", async (context) => {
  const { get, names, request } = network();
  const begun = await begin(["a"], { get });
  context.after(() => begun.drop());
  const others = [{ headers: { Authorization: "x" } }, { credentials: "include" }, { cache: "reload" }, { redirect: "manual" }];
  for (const other of others) request("a", JSON.stringify({ redirect: "follow", headers: {}, ...other }));
  assert.equal(names().length, 5);
  request("a");
  assert.equal(names().length, 5);
});

test("the URL may be written in another way", async (context) => {
  const { get, names } = network();
  const begun = await begin(["x y.whl#sha256=0"], { get }, "HTTP://Example.test:80/");
  context.after(() => begun.drop());
  transfer(`${SITE}x%20y.whl`, PLAIN, "{}", "{}", get);
  assert.equal(names().length, 1);
});

test("a transfer that fails before it is taken does not count", async (context) => {
  const { asked, get, names, request } = network();
  const begun = await begin(["cut", "unavailable", "large", "whole"], { get });
  context.after(() => begun.drop());
  await asked[0]?.fail();
  await asked[1]?.answer("", 503);
  await asked[2]?.answer("-".repeat(1001));
  assert.deepEqual(["cut", "unavailable", "large", "whole"].map((name) => begun.hasFailed(`${SITE}${name}`)), [true, true, true, false]);
  for (const name of ["cut", "unavailable", "large"]) request(name);
  assert.deepEqual(names(), ["cut", "unavailable", "large", "whole", "cut", "unavailable", "large"]);
});

test("of each origin a limited number travels at a time, in order", async (context) => {
  const { asked, get, names } = network();
  const options = { get, atOnce: 2 };
  const [here, there] = [await begin(["a", "b", "c", "d"], options), await begin(["e", "f", "g"], options, "http://other.test/")];
  context.after(() => [here, there].forEach((begun) => begun.drop()));
  assert.deepEqual(names(), ["a", "b", "e", "f"]);
  await asked[1]?.answer("");
  assert.deepEqual(names(), ["a", "b", "e", "f", "c"]);
  await asked[0]?.fail();
  assert.deepEqual(names(), ["a", "b", "e", "f", "c", "d"]);
});

test("an archive that Python asks for before its turn is requested once", async (context) => {
  const { asked, get, names, request } = network();
  const begun = await begin(["a", "b", "c"], { get, atOnce: 1 });
  context.after(() => begun.drop());
  request("b");
  await asked[0]?.answer("");
  assert.deepEqual(names(), ["a", "b", "c"]);
});

test("archives that were not taken are aborted, and no more begin", async () => {
  const { asked, get, names, request } = network();
  const begun = await begin(["a", "b", "c"], { get, atOnce: 2 });
  const taken = request("a");
  begun.drop();
  begun.drop();
  assert.deepEqual(asked.map(({ signal }) => signal.aborted), [false, true]);
  await asked[0]?.answer("taken");
  assert.equal(await text(taken), "taken");
  assert.deepEqual(names(), ["a", "b"]);
  request("b");
  assert.equal(names().length, 3);
});

test("archives that are kept are not requested", async (context) => {
  const { get, names } = network();
  const begun = await begin(["a", "b", "c"], { get, isKept: async ({ url }) => url.endsWith("b") });
  context.after(() => begun.drop());
  assert.deepEqual(names(), ["a", "c"]);
});

test("an archive that Python asks for while the cache is read is requested once", async (context) => {
  const { get, names, request } = network();
  let answer = (_: boolean) => {};
  const begun = await begin(["a"], { get, isKept: () => new Promise((resolve) => (answer = resolve)) });
  context.after(() => begun.drop());
  request("a");
  answer(false);
  await settled();
  assert.deepEqual(names(), ["a"]);
});

test("archives take memory until they are taken, and no more begin without memory", async (context) => {
  const { asked, get, names, request } = network();
  const budget = new MemoryBudget(100);
  const begun = await begin(["a", "b", "c", "d"], { get, budget, atOnce: 2 });
  context.after(() => begun.drop());
  await asked[0]?.answer("-".repeat(90));
  assert.deepEqual(names(), ["a", "b", "c"]);
  // Each body is completed, although no request takes it.
  await asked[1]?.answer("-".repeat(90));
  await asked[2]?.answer("-".repeat(90));
  assert.ok(budget.isUsedUp);
  assert.deepEqual(names(), ["a", "b", "c"]);
  for (const name of ["a", "b", "c"]) assert.equal((await text(request(name))).length, 90);
  assert.ok(!budget.isUsedUp);
  request("d");
  assert.deepEqual(names(), ["a", "b", "c", "d"]);
});

test("dropped and failed archives give their memory back", async () => {
  const { asked, get } = network();
  const budget = new MemoryBudget(10);
  const begun = await begin(["a", "b", "c"], { get, budget });
  for (const one of asked.slice(0, 2)) await one.answer("-".repeat(8));
  await asked[2]?.answer("-".repeat(8), 503);
  begun.drop();
  await settled();
  assert.ok(budget.take({}, 10));
});
