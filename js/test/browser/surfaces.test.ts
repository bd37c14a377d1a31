// The package in each place where it has to work: against real wheels, two of them compiled, of an index on loopback.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS } from "./launch.ts";
import { openBrowser, openDeno, openNode, PLACES, type Surface } from "./surfaces.ts";


describe("Node.js", () => playAll(openNode));
describe("Deno", () => playAll(openDeno));
for (const browser of BROWSERS) {
  for (const place of PLACES) describe(`${browser}, ${place}`, () => playAll(() => openBrowser(browser, place), true));
}

/** The scenes in their order: each finds what those before it have left. */
function playAll(open: () => Promise<Surface>, hasOrigins = false): void {
  let surface: Surface;

  before(async () => {
    surface = await open();
  });

  after(() => surface?.[Symbol.asyncDispose]());

  test("compiled extensions are installed, import and work; progress is told from beginning to end", async () => {
    const { names, events, worked } = await surface.play("install");
    assert.deepEqual(names, [
      "annotated-types",
      "msgpack",
      "pydantic",
      "pydantic-core",
      "typing-extensions",
      "typing-inspection",
    ]);
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

  test("what is installed is looked at in plain objects", async () => {
    const { check, tree, why } = await surface.play("look");
    assert.deepEqual(check, { broken: [], missing: [], conflicting: [], warnings: [] });
    assert.deepEqual(tree.branches.map(({ name }) => name), ["msgpack", "pydantic", "pyodide", "pyodide-py", "wherry"]);
    assert.deepEqual(why.chains.map((chain) => chain.map(({ name }) => name)), [["pydantic", "annotated-types"]]);
  });

  test("options reach the resolver in their own types", async () => {
    assert.ok((await surface.play("resolve")).includes("starlette"));
  });

  test("a conflict is a WherryError with its code and the requirements that clash", async () => {
    const { name, code, facts, message } = await surface.play("conflict");
    assert.deepEqual([name, code], ["ResolutionConflict", "resolution-conflict"]);
    assert.deepEqual(facts["clashes"], [["typing-extensions<4", null]]);
    assert.match(message, /you asked for typing-extensions<4/);
  });

  test("an index that lets no other origin in is told from one that is not there", { skip: !hasOrigins }, async () => {
    const { code, facts } = await surface.play("closed");
    assert.deepEqual([code, facts["kind"]], ["index-unreachable", "cors"]);
  });

  test("a signal ends a call with its own reason, and nothing has changed", async () => {
    assert.deepEqual(await surface.play("abort"), { isReason: true, unchanged: true });
  });

  test("what is uninstalled is gone", async () => {
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

  test("neither language holds more of the other after many calls, failures and aborts", async (context) => {
    const { before, after, rounds, calls } = await surface.play("leaks");
    context.diagnostic(`${calls} calls: ${JSON.stringify(before)} before, ${JSON.stringify(after)} after`);
    assert.ok(calls >= 50);
    // A timer or two may be running at either time; what one kind of call leaves is there once a round.
    assert.ok(after.pyProxies - before.pyProxies < rounds);
    assert.ok(after.jsReferences - before.jsReferences < rounds);
  });
}
