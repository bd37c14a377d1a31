import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { sizeLines } from "../src/cli/bundle.ts";
import { requireReplaceable } from "../src/cli/bundle_folder.ts";
import { UsageError } from "../src/cli/usage.ts";

const LOCK = `lock-version = "1.0"
[[packages]]
name = "a"
wheels = [{ path = "0123/a-1-py3-none-any.whl" }]
[[packages]]
name = "b"
archive = { path = "4567/b-1-py3-none-any.whl" }
[tool.wherry.bundle]
bytecode = "beside"
[[tool.wherry.shared-libraries]]
path = "89ab/lib-1.zip"
`;
const FILES = ["0123/a-1-py3-none-any.whl", "4567/b-1-py3-none-any.whl", "89ab/lib-1.zip"];

let folder: string;
beforeEach(() => void (folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-test-")))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const refused = (text: string, path = folder) =>
  assert.throws(() => requireReplaceable(path), (error) => error instanceof UsageError && error.message.includes(text));

test("a bundle, an empty folder and a new one can be written", () => {
  requireReplaceable(join(folder, "new"));
  requireReplaceable(folder);
  write({ "pylock.toml": LOCK, ...Object.fromEntries(FILES.map((file) => [file, ""])) });
  requireReplaceable(folder);
  rmSync(join(folder, "0123"), { recursive: true });
  requireReplaceable(folder);
});

test("other files are never replaced", () => {
  write({ "pylock.toml": LOCK, "4567/mine.txt": "" });
  refused("it has a file that is no part of the bundle, 4567/mine.txt");
  refused("it is not a folder", join(folder, "pylock.toml"));
});

test("a folder without the lock of a bundle is refused", () => {
  write({ "index.html": "" });
  refused("it has files, but is no bundle");
  for (const text of ["lock-version", 'lock-version = "1.0"\npackages = []\n', "[tool.wherry]\nbundle = false"]) {
    write({ "pylock.toml": text });
    refused("it has files, but is no bundle");
  }
});

test("sizes are listed before and after, and in total", () => {
  const packages = [
    { name: "a", version: "1.0", before: 1000, after: 1500 },
    { name: "longer", version: "2", before: 2000, after: 2000 },
  ];
  assert.deepEqual(sizeLines(packages, "site/packages"), [
    "wherry:   a       1.0  1.0 kB → 1.5 kB",
    "wherry:   longer  2    2.0 kB",
    "wherry: bundled 2 packages in site/packages: 3.0 kB → 3.5 kB",
  ]);
});
