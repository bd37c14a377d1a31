// Text for people: escape sequences and amounts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { printable, printableJson } from "../src/text/printable.ts";
import { formatBytes, formatRate, formatSeconds, formatShare } from "../src/text/units.ts";

test("text from an index cannot control the terminal", () => {
  assert.equal(printable("yanked: \x1b[2J\x9b31m\x07 a\tb\nc é"), "yanked: \\x1b[2J\\x9b31m\\x07 a\tb\nc é");
  assert.equal(printable("\u202e\u{e0001}\u2028\ud800"), "\\u202e\\U000e0001\\u2028\\ud800");
  const value = { "\x9b31m": ["\x7f\u202e\u{e0001}\n"] };
  assert.match(printableJson(value), /^[ -~\n]*$/);
  assert.deepEqual(JSON.parse(printableJson(value)), value);
});

test("sizes are in units of 1000, and never 1000 of a unit", () => {
  assert.deepEqual(
    [0, 999, 999.5, 1000, 9_540, 999_499, 999_500, 999_949, 999_951, 1.48e6, 1.5e6, 24e9, 27e9, 5e12].map(formatBytes),
    [
      ...["0 B", "999 B", "1.0 kB", "1.0 kB", "9.5 kB", "999.5 kB", "999.5 kB", "999.9 kB"],
      ...["1.0 MB", "1.5 MB", "1.5 MB", "24.0 GB", "27.0 GB", "5000.0 GB"],
    ],
  );
  assert.equal(formatShare(640_000, 1_480_000), "0.6 / 1.5 MB");
  assert.equal(formatShare(640_000, null), "640.0 kB");
  assert.equal(formatRate(4_100_000), "4.1 MB/s");
  assert.equal(formatRate(3e6 / 2), "1.5 MB/s");
  assert.equal(formatSeconds(1.234), "1.23 s");
});
