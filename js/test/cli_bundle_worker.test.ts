import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { makeWorker, placeWorker, planWorker, stageWorker, workerLine } from "../src/cli/bundle_worker.ts";
import { UsageError } from "../src/cli/usage.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-test-")));
  write({ "index.html": "page", "app/index.html": "app", "app/é.js": "", ".hidden": "", "node_modules/a.js": "" });
  write({ "packages/old.whl": "", ".made.part/pylock.toml": "lock", ".made.part/wherry/LICENSE.a": "" });
  write({ ".made.part/scripts/pylock.toml.js": "", ".made.part/wherry/index.js": "" });
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function writeWorker(script: string, text: string): void {
  placeWorker(stageWorker(script, text), script);
}

const at = (...paths: string[]) => paths.map((path) => join(folder, path));
const plan = (script = "worker.js", pages: string[] = ["."]) =>
  planWorker(join(folder, script), join(folder, "packages"), at(...pages));
const make = (pages?: string[]) => makeWorker(plan("worker.js", pages), join(folder, ".made.part"));
const text = (pages?: string[]) => make(pages).text;
const listed = (text: string) => [...text.matchAll(/^ {2}"(.*)": "sha256-.{43}=",$/gm)].map(([, path]) => path);

test("the list has the bundle's files and the page's, by their URLs", () => {
  const bundle = ["packages/pylock.toml", "packages/wherry/index.js"];
  assert.deepEqual(listed(text()), ["./", "app/", "app/%C3%A9.js", ...bundle]);
  assert.deepEqual(listed(text(["index.html"])), ["./", ...bundle]);
  assert.deepEqual(listed(text([])), bundle);
});

test("the number of files and their size are told", () => {
  assert.match(workerLine("/worker.js", make(["index.html"])), /^wherry: .*worker\.js keeps 3 files: 8 B$/);
});

test("the text changes with the content of a file, and with nothing else", () => {
  const first = text();
  writeWorker(plan().script, first);
  assert.equal(text(), first);
  write({ "index.html": "another page" });
  assert.notEqual(text(), first);
});

test("only a worker of a bundle is replaced", () => {
  writeWorker(plan().script, text());
  writeWorker(plan().script, text([]));
  assert.equal(readFileSync(join(folder, "worker.js"), "utf8"), text([]));
  assert.ok(!readdirSync(folder).some((name) => name.startsWith(".worker.js")));
  write({ "worker.js": "mine" });
  refused(() => plan(), "it is no service worker of a bundle");
});

test("a worker or a page at a useless place is refused", () => {
  refused(() => plan("packages/worker.js"), "it is in the bundle: name a file beside the page");
  refused(() => plan("absent/worker.js"), "there is no folder");
  refused(() => plan("worker.js", ["absent.html"]), "there is no such file");
  refused(() => plan("app/worker.js", ["index.html"]), "it is not in the folder of the service worker");
});

function refused(work: () => unknown, text: string): void {
  assert.throws(work, (error) => error instanceof UsageError && error.message.includes(text));
}
