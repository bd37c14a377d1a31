import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asking, LastVisit } from "../src/host/last_visit.ts";

const OPTIONS = [{ requirements: ["a"] }];
const PLAIN = { redirect: "follow", headers: { Accept: "application/json" } };

function asking(name: string, init: object = PLAIN): Asking {
  return [`https://example.org/simple/${name}/`, JSON.stringify(init), "{}", "{}"];
}

function storage() {
  const entries = new Map<string, Uint8Array>();
  const reads: string[] = [];
  const store = {
    get: async (key: string) => {
      reads.push(key);
      return entries.get(key);
    },
    put: async (key: string, content: Uint8Array) => void entries.set(key, content),
  };
  return { entries, reads, store };
}

/** Makes a visit that asks for these pages and keys. */
async function visit(store: ReturnType<typeof storage>["store"], pages: Asking[], keys: string[], options: unknown = OPTIONS) {
  const begun: Asking[] = [];
  const dropped: Asking[] = [];
  const made = new LastVisit(store, (...page) => begun.push(page), (...page) => dropped.push(page));
  await made.begin(options);
  for (const page of pages) made.note(...page);
  for (const key of keys) await made.get(key);
  made.end();
  return { begun, dropped, made };
}

test("a visit begins the requests and reads of the last one, each once", async () => {
  const { reads, store } = storage();
  const first = await visit(store, [asking("a"), asking("b"), asking("a")], ["sha256:1"]);
  assert.deepEqual(first.begun, []);
  reads.length = 0;
  const second = await visit(store, [asking("a")], ["sha256:1"]);
  assert.deepEqual(second.begun, [asking("a"), asking("b")]);
  assert.deepEqual(second.dropped, second.begun);
  assert.equal(reads.filter((key) => key === "sha256:1").length, 1);
});

test("a visit begins what the last one asked for, not what an earlier one did", async () => {
  const { store } = storage();
  await visit(store, [asking("a"), asking("b")], []);
  await visit(store, [asking("a")], []);
  assert.deepEqual((await visit(store, [], [])).begun, [asking("a")]);
});

test("other options have another record", async () => {
  const { store } = storage();
  await visit(store, [asking("a")], []);
  assert.deepEqual((await visit(store, [], [], [{ requirements: ["b"] }])).begun, []);
});

test("requests for files, with credentials or with another header are not kept", async () => {
  const { store } = storage();
  const others = [
    { ...PLAIN, headers: {} },
    { ...PLAIN, headers: { ...PLAIN.headers, Authorization: "secret" } },
    { ...PLAIN, credentials: "include" },
    { ...PLAIN, cache: "reload" },
  ];
  await visit(store, others.map((init, number) => asking(`${number}`, init)), []);
  assert.deepEqual((await visit(store, [], [])).begun, []);
});

test("what Python has asked for before the record was read is not begun", async () => {
  const { store } = storage();
  await visit(store, [asking("a"), asking("b")], []);
  const begun: Asking[] = [];
  const late = new LastVisit(store, (...page) => begun.push(page), () => {});
  const reading = late.begin(OPTIONS);
  late.note(...asking("a"));
  await reading;
  assert.deepEqual(begun, [asking("b")]);
});

test("nothing is begun or noted after the end", async () => {
  const { entries, store } = storage();
  await visit(store, [asking("a")], []);
  const kept = [...entries.values()].map((content) => new TextDecoder().decode(content));
  const begun: Asking[] = [];
  const ended = new LastVisit(store, (...page) => begun.push(page), () => {});
  const reading = ended.begin(OPTIONS);
  ended.end();
  ended.note(...asking("b"));
  await reading;
  assert.deepEqual(begun, []);
  assert.deepEqual([...entries.values()].map((content) => new TextDecoder().decode(content)), kept);
});

for (const [what, text] of [["damaged", "{"], ["foreign", '{"pages":[1],"keys":{}}']] as const) {
  test(`a ${what} record begins nothing, and is replaced`, async () => {
    const { entries, store } = storage();
    await visit(store, [asking("a")], []);
    for (const key of entries.keys()) entries.set(key, new TextEncoder().encode(text));
    assert.deepEqual((await visit(store, [asking("a")], [])).begun, []);
    assert.deepEqual((await visit(store, [], [])).begun, [asking("a")]);
  });
}

test("a record never floods an index", async () => {
  const { store } = storage();
  await visit(store, Array.from({ length: 2000 }, (_, number) => asking(`${number}`)), []);
  assert.ok((await visit(store, [], [])).begun.length <= 300);
});
