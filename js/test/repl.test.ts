// The text functions of the REPL page, without the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pasted, withoutPrompts } from "../repl/continuation.ts";
import { highlight } from "../repl/highlighting.ts";
import { removalOf } from "../repl/leftovers.ts";
import { fragmentFor, installCommand, requestedBy, sourceOf, uninstallCommand } from "../repl/sharing.ts";
import type { Branch, InstalledDistribution } from "../src/index.ts";

function installed(name: string, parts: Partial<InstalledDistribution> = {}): InstalledDistribution {
  return { name, version: "1.0", installer: "wherry", requested: true, source: null, ...parts };
}

function branch(name: string, ...branches: Branch[]): Branch {
  return { name, version: "1.0", extras: [], requirement: name, repeated: false, cycle: false, cut: false, branches };
}

test("prompts between lines are removed", () => {
  assert.equal(withoutPrompts("if x:\n...     y\n..."), "if x:\n    y\n");
  assert.equal(withoutPrompts("..."), "...");
});

test("a paste becomes lines with prompts, and only the input of a transcript", () => {
  assert.equal(pasted("a = 1\r\nb = 2\n\n"), "a = 1\r... b = 2");
  assert.equal(pasted(">>> f(\n... 1)\n'out'\n>>> g()"), "f(\r... 1)\r... g()");
  assert.equal(pasted("one"), "one");
});

test("the packages of a link are read without repetitions", () => {
  assert.deepEqual(requestedBy("#install=pydantic%3E%3D2&install=msgpack&other=1&install=msgpack&install="), [
    "pydantic>=2",
    "msgpack",
  ]);
  assert.deepEqual(requestedBy(""), []);
});

test("a link names requested packages except local wheels, and can be read back", () => {
  const fragment = fragmentFor([
    installed("pydantic"),
    installed("typing-extensions", { requested: false }),
    installed("mine", { source: "emfs:/tmp/dropped/mine-1.0-py3-none-any.whl" }),
  ]);
  assert.deepEqual(requestedBy(fragment), ["pydantic==1.0"]);
  assert.equal(fragmentFor([]), "");
});

test("requirements are quoted", () => {
  assert.equal(installCommand(['a"); evil("', "b\nc"]), String.raw`await install("a\"); evil(\"", "b\nc")`);
});

test("names to uninstall are quoted", () => {
  assert.equal(uninstallCommand(["a", 'b"']), String.raw`wherry.uninstall("a", "b\"")`);
});

test("the sources of a link include URLs", () => {
  assert.equal(sourceOf(["pydantic"], null), "PyPI");
  assert.equal(sourceOf(["a @ https://example.org/a.whl"], null), "the addresses that it names");
  assert.equal(sourceOf(["pydantic", "https://example.org/a.whl"], "https://i.example.org/"), "https://i.example.org/ and the addresses that it names");
});

test("leftovers are packages that neither others nor the user need", () => {
  const shared = branch("shared");
  const tree = { branches: [branch("app", branch("lib", branch("deep"), shared), branch("asked"), branch("pyodide-py")), branch("asked"), branch("other", shared)] };
  const all = [installed("app"), installed("asked"), installed("other"), ...["lib", "deep", "shared", "pyodide-py"].map((name) => installed(name, { requested: false }))];
  assert.deepEqual(removalOf("app", tree, all), { leftovers: ["deep", "lib"], requirers: [] });
  assert.deepEqual(removalOf("other", tree, all), { leftovers: [], requirers: [] });
  assert.deepEqual(removalOf("asked", tree, all), { leftovers: [], requirers: ["app"] });
});

test("cycles are leftovers together, and missing or repeated branches have no effect", () => {
  const again = { ...branch("one"), cycle: true };
  const tree = { branches: [branch("app", branch("one", branch("two", again)), { ...branch("gone"), version: null }), { ...branch("one"), repeated: true }] };
  const all = [installed("app"), ...["one", "two"].map((name) => installed(name, { requested: false }))];
  assert.deepEqual(removalOf("app", tree, all), { leftovers: ["one", "two"], requirers: [] });
});

test("nothing is taken for left over where the tree is cut", () => {
  const app = branch("app", branch("lib"));
  const all = [installed("app"), installed("deep"), ...["lib", "below"].map((name) => installed(name, { requested: false }))];
  assert.deepEqual(removalOf("app", { branches: [app, branch("deep", branch("below"))] }, all).leftovers, ["lib"]);
  // What stands below it may require lib.
  const cut = branch("deep", { ...branch("below"), cut: true });
  assert.deepEqual(removalOf("app", { branches: [app, cut] }, all), { leftovers: [], requirers: [] });
});

test("highlighting keeps the text, and distinguishes strings, keywords and attributes", () => {
  const source = 'for x in f("in", s.is_): # if\n... return 0x1f';
  const coloured = highlight(source);
  assert.equal(coloured.replaceAll(/\x1b\[\d+m/g, ""), source);
  const tokens = [...coloured.matchAll(/\x1b\[(\d\d)m(.*?)\x1b\[39m/g)].map(([, colour, token]) => `${colour} ${token}`);
  assert.deepEqual(tokens, ["35 for", "35 in", '32 "in"', "90 # if", "90 ... ", "35 return", "36 0x1f"]);
});
