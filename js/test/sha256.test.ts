import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 as inScript } from "@noble/hashes/sha2.js";
import { sha256 } from "../src/host/sha256.ts";

for (const size of [0, 1, 63, 64, 100_000]) {
  test(`the hash of ${size} bytes is the same in Node and in a browser`, () => {
    const content = new Uint8Array(size).map((_, index) => index % 251);
    assert.deepEqual(new Uint8Array(sha256(content)), inScript(content));
  });
}
