import assert from "node:assert/strict";
import { test } from "node:test";

// A class of the browser's, which the module needs to be read at all.
Object.assign(globalThis, { HTMLElement: class {} });
const { readRequirements } = await import("../src/preload/element.ts");

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
