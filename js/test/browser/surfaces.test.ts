// The package in each supported place, with real wheels of an index on loopback. Two of them are compiled.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS } from "./launch.ts";
import { MSGPACK_AND_PYDANTIC, openBrowser, openDeno, openNode, PLACES, type Surface } from "./surfaces.ts";


describe("Node.js", () => playAll(openNode));
describe("Deno", () => playAll(openDeno));
for (const browser of BROWSERS) {
  for (const place of PLACES) describe(`${browser}, ${place}`, () => playAll(() => openBrowser(browser, place), true));
}

/** The scenes in order. Each uses the results of those before it. */
function playAll(open: () => Promise<Surface>, hasOrigins = false): void {
  let surface: Surface;

  before(async () => {
    surface = await open();
  });

  after(() => surface?.[Symbol.asyncDispose]());

  test("compiled extensions are installed and work, and progress covers the whole call", async () => {
    const { names, events, worked } = await surface.play("install");
    assert.deepEqual(names, MSGPACK_AND_PYDANTIC);
    assert.equal(worked, "passengers=5");
    const phases = events.map(({ phase }) => phase);
    assert.deepEqual([...new Set(phases)], ["resolving", "downloading", "placing", "done"]);
    const fractions = events.map(({ fraction }) => fraction);
    assert.deepEqual(fractions, fractions.toSorted((one, other) => one - other));
    assert.equal(fractions.indexOf(1), fractions.length - 1);
    const largest = events.findLast((event) => event.package === "pydantic-core");
    assert.equal(largest?.bytesDone, largest?.bytesTotal);
  });

  test("a file is unpacked when it is first read", async () => {
    const { size, ...rest } = await surface.play("lazy");
    assert.ok(size > 0);
    assert.deepEqual(rest, { before: true, read: size, after: false });
  });

  test("queries of installed packages return plain objects", async () => {
    const { check, tree, why } = await surface.play("look");
    const { environment, ...problems } = check;
    assert.deepEqual(problems, { broken: [], missing: [], conflicting: [], warnings: [] });
    assert.match(environment, /JavaScript: by attach\(\)$/);
    assert.deepEqual(tree.branches.map(({ name }) => name), ["msgpack", "pydantic", "pyodide", "pyodide-py", "wherry"]);
    assert.deepEqual(why.chains.map((chain) => chain.map(({ name }) => name)), [["pydantic", "annotated-types"]]);
  });

  test("options reach the resolver with their types", async () => {
    assert.ok((await surface.play("resolve")).includes("starlette"));
  });

  test("a conflict is a WherryError with its code and the conflicting requirements", async () => {
    const { name, code, facts, message } = await surface.play("conflict");
    assert.deepEqual([name, code], ["ResolutionConflict", "resolution-conflict"]);
    assert.deepEqual(facts["clashes"], [["typing-extensions<4", null]]);
    assert.match(message, /you asked for typing-extensions<4/);
  });

  test("an index that refuses other origins is distinguished from a missing one", { skip: !hasOrigins }, async () => {
    const { code, facts } = await surface.play("closed");
    assert.deepEqual([code, facts["kind"]], ["index-unreachable", "cors"]);
  });

  test("a signal cancels a call with its own reason and without changes", async () => {
    assert.deepEqual(await surface.play("abort"), { isReason: true, unchanged: true });
  });

  test("uninstalled packages are gone", async () => {
    const { removed, left } = await surface.play("uninstall");
    assert.deepEqual(removed, ["msgpack"]);
    assert.ok(left.includes("pydantic") && !left.includes("msgpack"));
  });

  test("a wheel beyond the limits is refused", async () => {
    const { code, facts } = await surface.play("limits");
    assert.equal(code, "invalid-wheel");
    assert.deepEqual(facts["problems"], ["it has 16 entries, above the limit of 3"]);
  });

  test("a strict installation works as well", async () => {
    assert.equal(await surface.play("strict"), 1);
  });

  test("many calls, failures and aborts leak no proxies in either language", async (context) => {
    const { before, after, rounds, calls } = await surface.play("leaks");
    context.diagnostic(`${calls} calls: ${JSON.stringify(before)} before, ${JSON.stringify(after)} after`);
    assert.ok(calls >= 50);
    // A timer or two may be running at either time. A leak would occur once a round.
    assert.ok(after.pyProxies - before.pyProxies < rounds);
    assert.ok(after.jsReferences - before.jsReferences < rounds);
  });
}
