import assert from "node:assert/strict";
import { test } from "node:test";

import { readListing } from "../src/listing.ts";

const FILE = { filename: "app-1.0-py3-none-any.whl", url: "https://files.example.org/app-1.0-py3-none-any.whl" };

function read(content: unknown) {
  return readListing(new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content)));
}

test("names come at once, files one by one, and everything else in the header", () => {
  const other = { ...FILE, filename: "app-2.0.tar.gz", "requires-python": ">=3.9", "upload-time": null, size: 7 };
  const listing = read({ name: "app", files: [FILE, other], versions: ["1.0", "2.0"], meta: { "api-version": "1.4" } });
  assert.ok(listing);
  assert.equal(listing.names, `${FILE.filename} ${other.filename}`);
  assert.deepEqual(JSON.parse(listing.entries("[1, 0]")), [other, FILE]);
  assert.deepEqual(JSON.parse(listing.header), { name: "app", meta: { "api-version": "1.4" } });
});

test("a page without files has no names", () => {
  assert.equal(read({ files: [] })?.names, "");
});

for (const [what, content] of [
  ["what is no JSON", "{"],
  ["a page that is cut short", '{"files": [{"filename": "a'],
  ["a list", []],
  ["nothing", "null"],
  ["files that are no list", { files: {} }],
  ["a file that is no object", { files: [1] }],
  ["nothing for a file", { files: [null] }],
  ["a name that is no text", { files: [{ ...FILE, filename: 1 }] }],
  ["an empty name", { files: [{ ...FILE, filename: "" }] }],
  ["a name that hides", { files: [{ ...FILE, filename: ".app" }] }],
  ["a name with a folder", { files: [{ ...FILE, filename: "../app" }] }],
  ["a name with a space", { files: [{ ...FILE, filename: "a b" }] }],
  ["a name with a line break at its end", { files: [{ ...FILE, filename: "app\n" }] }],
  ["a name in another script", { files: [{ ...FILE, filename: "äpp" }] }],
  ["a relative URL", { files: [{ ...FILE, url: "../app" }] }],
  ["a URL of another kind", { files: [{ ...FILE, url: "file:///app" }] }],
  ["no URL", { files: [{ filename: "app" }] }],
  ["a Python that is no text", { files: [{ ...FILE, "requires-python": 3 }] }],
  ["a time that is no text", { files: [{ ...FILE, "upload-time": 3 }] }],
] as const) {
  test(`${what} is left to Python`, () => assert.equal(read(content), undefined));
}

test("bytes that are not UTF-8 are left to Python", () => {
  assert.equal(readListing(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), undefined);
});
