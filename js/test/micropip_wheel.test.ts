// The wheel of `wherry lock --as-micropip`. Needs `npm run build`.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { strFromU8, unzipSync } from "fflate";
import { complaintOf, type LockOptions, lockArguments, planLock } from "../src/cli/lock.ts";
import { micropipWheel, readLocation, releaseWheel, withMicropip, writeBeside } from "../src/cli/micropip_wheel.ts";
import { UsageError } from "../src/cli/usage.ts";

const release = releaseWheel(fileURLToPath(new URL("../dist/wheels/", import.meta.url)));
const wheel = micropipWheel(release);
const members = unzipSync(wheel.content);
const text = (path: string) => strFromU8(members[path]!);
const INFO = "micropip-0.11.1.dist-info";

test("the wheel has wherry and a package micropip, in one distribution named micropip", () => {
  assert.match(wheel.filename, /^micropip-0\.11\.1-[0-9][^-]*_wherry-cp314-none-pyemscripten_2026_0_wasm32\.whl$/);
  const infos = new Set(Object.keys(members).flatMap((path) => path.match(/^[^/]*\.dist-info/) ?? []));
  assert.deepEqual([...infos], [INFO]);
  assert.match(text(`${INFO}/METADATA`), /^Name: micropip\nVersion: 0\.11\.1$/m);
  assert.match(text(`${INFO}/WHEEL`), /^Build: [0-9].*_wherry$/m);
  assert.match(text("micropip/__init__.py"), /^wherry\.as_micropip\(\)$/m);
  const own = unzipSync(release);
  const shared = Object.keys(own).filter((path) => path.startsWith("wherry/"));
  assert(shared.length > 1);
  for (const path of shared) assert.deepEqual(members[path], own[path]);
});

test("RECORD lists exactly the files, with their hashes and sizes", () => {
  const lines = text(`${INFO}/RECORD`).trimEnd().split("\n");
  assert.equal(lines.at(-1), `${INFO}/RECORD,,`);
  const listed = new Map(lines.slice(0, -1).map((line) => [line.split(",")[0]!, line]));
  assert.deepEqual([...listed.keys()].sort(), Object.keys(members).filter((path) => !path.endsWith("/RECORD")).sort());
  for (const [path, line] of listed) {
    const content = members[path]!;
    assert.equal(line, `${path},sha256=${createHash("sha256").update(content).digest("base64url")},${content.length}`);
  }
});

test("the same release gives the same bytes, and a wheel that is there is left alone", () => {
  assert.equal(micropipWheel(release).sha256, wheel.sha256);
  const folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
  try {
    writeBeside(join(folder, "pyodide-lock.json"), wheel);
    const { ino, mtimeMs } = statSync(join(folder, wheel.filename));
    writeBeside(join(folder, "pyodide-lock.json"), wheel);
    assert.deepEqual(statSync(join(folder, wheel.filename)).mtimeMs, mtimeMs);
    assert.equal(statSync(join(folder, wheel.filename)).ino, ino);
    assert(readFileSync(join(folder, wheel.filename)).equals(wheel.content));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("--check misses the wheel beside the lock", () => {
  const folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
  const output = join(folder, "pyodide-lock.json");
  const check = (existing: string) => complaintOf({ output, existing, text: "lock", wheel, typed: ["lock", "--check"] });
  try {
    assert.match(check("older")!, /pyodide-lock\.json is out of date; to update it: wherry lock$/);
    assert.match(check("lock")!, /there is no .*_wasm32\.whl; to make it: wherry lock$/);
    writeBeside(output, wheel);
    assert.equal(check("lock"), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.throws(() => writeBeside(join(folder, "pyodide-lock.json"), wheel), UsageError);
});

test("the lock names the wheel beside it, or at the address that is given", () => {
  const lock = JSON.stringify({ info: {}, packages: { zlib: { name: "zlib" }, micropip: { depends: ["packaging"] } } });
  const entry = (location: string) => JSON.parse(withMicropip(lock, wheel, location)).packages.micropip;
  assert.deepEqual(entry(""), {
    depends: [],
    file_name: wheel.filename,
    imports: ["micropip", "wherry"],
    install_dir: "site",
    name: "micropip",
    package_type: "package",
    sha256: wheel.sha256,
    unvendored_tests: false,
    version: "0.11.1",
  });
  assert.equal(entry(readLocation("https://example.org/site")).file_name, `https://example.org/site/${wheel.filename}`);
  assert.deepEqual(Object.keys(JSON.parse(withMicropip(lock, wheel, "")).packages), ["micropip", "zlib"]);
});

test("--as-micropip needs a pyodide-lock in a file, and no requirements", () => {
  const plan = (options: Partial<LockOptions>) => planLock({ requirements: [], options: { format: "pyodide-lock", asMicropip: true, ...options }, typed: [] });
  const complaint = (part: string) => (error: unknown) => error instanceof UsageError && error.message.includes(part);
  assert.deepEqual(plan({}).requirements, []);
  assert.equal((lockArguments(plan({}), {}, undefined) as { absolute?: boolean }).absolute, true);
  assert.throws(() => plan({ format: "pylock" }), complaint("--format pyodide-lock"));
  assert.throws(() => plan({ output: "-" }), complaint("name a file with -o"));
  assert.throws(() => plan({ asMicropip: "idna" }), complaint("give the address of the folder"));
  assert.throws(() => releaseWheel("/nowhere"), complaint("missing in /nowhere"));
});
