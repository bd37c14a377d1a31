import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { requireReplaceable } from "../src/cli/bundle_folder.ts";
import { copyPart, PYODIDE, pyodidePart, wherryPart } from "../src/cli/bundle_runtime.ts";
import { writeScripts } from "../src/cli/bundle_scripts.ts";

const WHEEL = "0123/a-1-py3-none-any.whl";
const LOCK = `lock-version = "1.0"
[[packages]]
name = "a"
wheels = [{ path = "${WHEEL}", size = 5, hashes = { sha256 = "0123" } }]
[tool.wherry.bundle]
bytecode = "beside"
runtime = ["start.js"]
`;

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "wherry-test-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(below: string, ...names: string[]): string {
  for (const name of names) {
    mkdirSync(dirname(join(folder, below, name)), { recursive: true });
    writeFileSync(join(folder, below, name), name);
  }
  return join(folder, below);
}

const read = (path: string) => readFileSync(join(folder, path), "utf8");

test("Pyodide's files are those that npm's package has for pages", () => {
  const { name, version, files } = pyodidePart();
  const { before, after } = copyPart({ name, version, files }, folder);
  assert.deepEqual([...files.keys()], PYODIDE.map((name) => `pyodide/${name}`));
  assert.ok(read("pyodide/pyodide.mjs").includes(`"${version}"`));
  assert.ok(before === after && after > 1e6);
});

test("wherry's files are the scripts of pages with all that they load, and the licences", () => {
  const dist = write("dist", "index.js", "kept.js", "progress/define.js", "cli.js", "cli-worker.js", "start.js", "LICENSE.b");
  write("dist", "service_worker.js", "index.d.ts", "wherry-bytecode.bin", "wherry-sources.bin");
  const names = (asBytecode: boolean) => [...wherryPart(dist, asBytecode).files.keys()].map((path) => path.slice("wherry/".length));
  const scripts = ["index.js", "kept.js", "progress/define.js"];
  assert.deepEqual(names(true), [...scripts, "wherry-bytecode.bin", "LICENSE.b"]);
  assert.deepEqual(names(false), [...scripts, "wherry-sources.bin", "LICENSE.b"]);
});

test("scripts for a page from a disk carry every file, and a lock without paths", () => {
  const bundle = write("bundle", ...PYODIDE.map((name) => `pyodide/${name}`), "wherry/index.js", "wherry/lock_reader.js");
  write("bundle", "wherry/wherry-bytecode.bin", WHEEL);
  writeFileSync(join(bundle, "pylock.toml"), LOCK);
  const { before, after } = writeScripts(bundle, "wherry/wherry-bytecode.bin");
  assert.ok(before === 0 && after > 0);
  assert.equal(carried(WHEEL), WHEEL);
  assert.match(carried("pylock.toml"), /wheels = \[\{ url = "https:\/\/bundle\.invalid\/0123\/a-1-py3-none-any\.whl", size/);
  assert.match(read("bundle/start.js"), /^const PYTHON = "wherry\/wherry-bytecode\.bin";$/m);
  assert.match(read("bundle/start.js"), new RegExp(`^  "sha256:0123": "${WHEEL}"$`, "m"));
});

test("the scripts of an earlier bundle are replaced with it, and other files never", () => {
  const bundle = write("bundle", WHEEL, `scripts/${WHEEL}.js`, "scripts/pylock.toml.js", "start.js");
  writeFileSync(join(bundle, "pylock.toml"), LOCK);
  requireReplaceable(bundle);
  write("bundle", "scripts/mine.js");
  assert.throws(() => requireReplaceable(bundle), /no part of the bundle, scripts\/mine\.js/);
});

/** Returns the content that a script carries. */
function carried(path: string): string {
  const [, name, text] = /^bundledFile\("([^"]+)", "([^"]+)"\);\n$/.exec(read(`bundle/scripts/${path}.js`)) ?? [];
  assert.equal(name, path);
  return gunzipSync(Buffer.from(text ?? "", "base64")).toString();
}
