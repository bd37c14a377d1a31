import assert from "node:assert/strict";
import { test } from "node:test";

import { readFlag, readLock, readRequirements } from "../src/preload/element.ts";

test("each line is a requirement, except comments and empty lines", () => {
  const text = `
    pandas   # tables
    # nothing here

    pydantic[email]>=2 ; python_version >= "3.14"
    app @ https://example.org/app-1-py3-none-any.whl#sha256=0
  `;
  assert.deepEqual(readRequirements(text), [
    "pandas",
    'pydantic[email]>=2 ; python_version >= "3.14"',
    "app @ https://example.org/app-1-py3-none-any.whl#sha256=0",
  ]);
  assert.deepEqual(readRequirements(""), []);
});

test("a boolean attribute is true if present, and other values are refused", () => {
  assert.deepEqual(["", "pre", "true", null].map((value) => readFlag("pre", value)), [true, true, true, false]);
  assert.throws(() => readFlag("pre", "false"), /<wherry-preload> has pre="false"; write pre alone for true, leave it out for false/);
});

test("an empty URL of a lock is refused", () => {
  assert.deepEqual([" pylock.toml\n", null].map(readLock), ["pylock.toml", undefined]);
  assert.throws(() => readLock(" "), /<wherry-preload> has an empty lock; name a pylock\.toml or leave it out/);
});

test("servers that render pages can import the published elements", async () => {
  for (const name of ["preload", "progress"]) {
    const define = await import(`wherry/${name}/define`);
    const { [Object.keys(define)[0] ?? ""]: Element } = await import(`wherry/${name}`);
    assert.equal(typeof Element, "function");
    assert.equal(Object.values(define)[0], Element);
  }
  assert.ok(!("customElements" in globalThis));
});
