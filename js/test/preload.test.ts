import assert from "node:assert/strict";
import { test } from "node:test";

import { readFlag, readRequirements } from "../src/preload/element.ts";

test("a requirement stands on a line, comments and empty lines aside", () => {
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

test("an attribute for a flag is true where it stands, and refused with another value", () => {
  assert.deepEqual(["", "pre", "true", null].map((value) => readFlag("pre", value)), [true, true, true, false]);
  assert.throws(() => readFlag("pre", "false"), /<wherry-preload> has pre="false"; write pre alone for true, leave it out for false/);
});

test("a server that renders pages imports the elements as they are published, and nothing happens", async () => {
  for (const name of ["preload", "progress"]) {
    const define = await import(`wherry/${name}/define`);
    const { [Object.keys(define)[0] ?? ""]: Element } = await import(`wherry/${name}`);
    assert.equal(typeof Element, "function");
    assert.equal(Object.values(define)[0], Element);
  }
  assert.ok(!("customElements" in globalThis));
});
