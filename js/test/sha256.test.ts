import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha256, sha256InWasm } from "../src/host/sha256.ts";
import { BLOCKS, PAGE } from "../src/host/sha256_module.ts";

/** The largest part that is hashed at once. */
const PART = PAGE - BLOCKS - 128;
/** Around the ends of blocks and parts, and where the length no longer fits behind the content. */
const SIZES = [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 128, PART - 9, PART - 1, PART, PART + 1, 2 * PART, 300_001];

for (const size of SIZES) {
  test(`the hash of ${size} bytes is the same in Node and in a browser`, () => {
    const content = new Uint8Array(size).map((_, index) => (index * index) % 251);
    const digest = createHash("sha256").update(content).digest("hex");
    assert.equal(Buffer.from(sha256(content)).toString("hex"), digest);
    assert.equal(Buffer.from(sha256InWasm(content)).toString("hex"), digest);
  });
}

test("a hash keeps nothing of the content before", () => {
  const [long, short] = [new Uint8Array(100).fill(255), new Uint8Array(3)];
  sha256InWasm(long);
  assert.deepEqual(Buffer.from(sha256InWasm(short)), createHash("sha256").update(short).digest());
});

test("a content that is part of another array is hashed alone", () => {
  const content = new Uint8Array(200).map((_, index) => index).subarray(7, 99);
  assert.deepEqual(Buffer.from(sha256InWasm(content)), createHash("sha256").update(content).digest());
});
