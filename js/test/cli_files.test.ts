import assert from "node:assert/strict";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, test } from "node:test";
import { forgiving } from "../src/host/cache.ts";
import { readConstraints } from "../src/cli/constraints.ts";
import { FolderCache, openCache } from "../src/cli/folder_cache.ts";
import { History } from "../src/cli/history.ts";
import { requireStackSwitching } from "../src/cli/host.ts";
import { filesAndGroups } from "../src/cli/requirements.ts";
import { UsageError } from "../src/cli/usage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const key = (digit: number) => `sha256:${String(digit).repeat(64)}`;
const bytes = (length: number) => new Uint8Array(length).fill(7);
const isFile = (name: string) => statSync(join(folder, name)).isFile();
const files = () => readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(isFile);

function fail(line: string): never {
  throw new Error(`nothing should be said, but: ${line}`);
}

test("stored entries are found, also by another process", async () => {
  await new FolderCache(folder, fail).put(key(1), bytes(5));
  const found = await new FolderCache(folder, fail).get(key(1));
  assert.deepEqual(found, bytes(5));
  assert.equal(Object.getPrototypeOf(found), Uint8Array.prototype);
  assert.equal(await new FolderCache(folder, fail).get(key(2)), undefined);
  assert.deepEqual(files(), [join("sha256", "11", "1".repeat(62))]);
});

test("storing again replaces a damaged entry", async () => {
  const cache = new FolderCache(folder, fail);
  await cache.put(key(1), bytes(5));
  writeFileSync(join(folder, files()[0] ?? ""), "damaged");
  await cache.put(key(1), bytes(5));
  assert.deepEqual(await cache.get(key(1)), bytes(5));
  assert.equal(files().length, 1);
});

test("entries unused for longest are pruned first", async () => {
  const cache = new FolderCache(folder, fail, 1000);
  for (const digit of [1, 2, 3]) {
    await cache.put(key(digit), bytes(400));
    const used = new Date(Date.now() - (10 - digit) * 60_000);
    utimesSync(join(folder, "sha256", `${digit}${digit}`, String(digit).repeat(62)), used, used);
  }
  await cache.get(key(1));
  cache.prune();
  assert.deepEqual(await cache.get(key(2)), undefined);
  assert.deepEqual([await cache.get(key(1)), await cache.get(key(3))], [bytes(400), bytes(400)]);
});

test("old unfinished files are pruned, and recent ones are kept", async () => {
  const cache = new FolderCache(folder, fail);
  await cache.put(key(1), bytes(5));
  const left = join(folder, "sha256", "11", "left.part");
  const fresh = join(folder, "sha256", "11", "fresh.part");
  writeFileSync(left, "half");
  writeFileSync(fresh, "half");
  const yesterday = new Date(Date.now() - 86_400_000);
  utimesSync(left, yesterday, yesterday);
  cache.prune();
  assert.deepEqual(files().filter((name) => name.endsWith(".part")), [join("sha256", "11", "fresh.part")]);
});

test("a cache that cannot be written warns once and does not fail", async () => {
  const said: string[] = [];
  writeFileSync(join(folder, "file"), "");
  const cache = new FolderCache(join(folder, "file"), (line) => said.push(line));
  await cache.put(key(1), bytes(5));
  await cache.put(key(2), bytes(5));
  assert.equal(await cache.get(key(1)), undefined);
  cache.prune();
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /cannot write the cache of downloads in .*file.*: (ENOTDIR|EEXIST)/);
});

test("the last answer to a question is kept beside downloads", async () => {
  const cache = new FolderCache(folder, fail);
  const lastAnswer = `last-answer:${"1".repeat(64)}`;
  await cache.put(lastAnswer, bytes(5));
  assert.deepEqual(await cache.get(lastAnswer), bytes(5));
  assert.deepEqual(files(), [join("last-answer", "11", "1".repeat(62))]);
});

test("a path is not a valid key", async () => {
  const cache = new FolderCache(folder, fail);
  await assert.rejects(cache.get("../sha256:0123"), RangeError);
  await assert.rejects(cache.get("sha256:../../etc/passwd"), RangeError);
});

test("a variable names the folder of the cache", async () => {
  await openCache(fail, { WHERRY_CACHE_DIR: folder }).put(key(1), bytes(1));
  assert.deepEqual(files(), [join("v1", "sha256", "11", "1".repeat(62))]);
});

test("a failing cache counts as empty, and warns once", async () => {
  const said: string[] = [];
  const broken = {
    get: async () => Promise.reject(new Error("no room")),
    put: (): Promise<void> => {
      throw new Error("no room");
    },
  };
  const cache = forgiving(broken, (message) => said.push(message));
  await cache.put(key(1), bytes(1));
  assert.equal(await cache.get(key(1)), undefined);
  assert.deepEqual(said, ["wherry: the cache of downloads fails, so everything is downloaded: Error: no room"]);
});

test("an entry without bytes counts as missing", async () => {
  const said: string[] = [];
  const cache = forgiving({ get: async () => "text" as never, put: async () => {} }, (message) => said.push(message));
  assert.equal(await cache.get(key(1)), undefined);
  assert.match(said.join(), /it returned a String instead of a Uint8Array/);
});

test("an entry may be any object that holds bytes", async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(7);
  for (const given of [Buffer.from([7, 7]), new DataView(bytes(2).buffer), bytes(2).buffer, shared, shared.buffer]) {
    const found = await forgiving({ get: async () => given as never, put: async () => {} }, fail).get(key(1));
    assert.deepEqual(found, bytes(2));
  }
});

test("invalid entries and exceptions of a cache are warnings without escape sequences", async () => {
  const detached = bytes(5);
  structuredClone(detached, { transfer: [detached.buffer] });
  const given = [detached, Object.create(null), Symbol("x"), new Proxy(bytes(1), {}), [7], 7];
  const thrown = [new Error("\x1b[2J\x9b"), Object.create(null), Symbol("x"), null, undefined];
  const gets = [...given.map((value) => async () => value), ...thrown.map((error) => () => Promise.reject(error))];
  for (const get of gets) {
    const said: string[] = [];
    const cache = forgiving({ get: get as never, put: get as never }, (message) => said.push(message));
    assert.equal(await cache.get(key(1)), undefined);
    assert.equal(said.length, 1);
    assert.doesNotMatch(said.join(), /[\x00-\x1f\x7f-\x9f]/);
    await cache.put(key(1), bytes(1));
  }
});

test("a cache that never settles is given up", async () => {
  const said: string[] = [];
  let asked = 0;
  const never = () => new Promise<never>(() => void asked++);
  const cache = forgiving({ get: never, put: never }, (message) => said.push(message), 0.01);
  assert.equal(await cache.get(key(1)), undefined);
  await cache.put(key(1), bytes(1));
  assert.equal(await cache.get(key(2)), undefined);
  assert.equal(asked, 1);
  assert.match(said.join(), /it has not answered within 0\.01 seconds, and is not used again$/);
});

test("pruning may fail, for example after the folder was deleted", async () => {
  const said: string[] = [];
  const cache = new FolderCache(join(folder, "cache"), (line) => said.push(line));
  await cache.put(key(1), bytes(5));
  rmSync(join(folder, "cache"), { recursive: true });
  cache.prune();
  assert.match(said.join(), /cannot clear up the cache of downloads .*: ENOENT/);
});

test("a constraint is a requirement or a file", () => {
  const file = join(folder, "limits");
  writeFileSync(file, "# none\r\nsix<2\r\n\r\nrich \\\r\n  >=14  # why\r\nidna @ https://example.org/idna.whl#sha256=ab\n");
  assert.deepEqual(readConstraints([file, "attrs<25"]), [
    "six<2",
    "rich   >=14",
    "idna @ https://example.org/idna.whl#sha256=ab",
    "attrs<25",
  ]);
  assert.deepEqual(readConstraints(), []);
});

test("errors name a constraints file that is missing or has options", () => {
  const complaint = (text: string) => (error: unknown) => error instanceof UsageError && error.message.includes(text);
  assert.throws(() => readConstraints(["limits.txt"]), complaint("limits.txt: there is no such file"));
  const file = join(folder, "limits.txt");
  for (const option of ["-c", "--hash"]) {
    writeFileSync(file, `six<2\nrich ${option}=other`);
    assert.throws(() => readConstraints([file]), complaint(`${file}, line 2: a constraints file has requirements only, so remove the`));
  }
});

test("the history has the newest lines first, and only its owner can read it", () => {
  const file = join(folder, "state", "history");
  const history = new History(file);
  assert.deepEqual(history.read(), []);
  for (const line of ["x = 1", "x = 1", "  ", "print(x)"]) history.add(line);
  assert.deepEqual(new History(file).read(), ["print(x)", "x = 1"]);
  if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("a long history is shortened", () => {
  const file = join(folder, "history");
  writeFileSync(file, Array.from({ length: 2500 }, (_, at) => `line ${at}\n`).join(""));
  assert.deepEqual(new History(file).read().slice(0, 2), ["line 2499", "line 2498"]);
  assert.equal(readFileSync(file, "utf8").split("\n").length, 1001);
});

test("sockets need a Node.js with stack switching", () => {
  requireStackSwitching({ Suspending: class {} });
  assert.throws(
    () => requireStackSwitching({}, "24.1.0"),
    (error) => error instanceof UsageError && error.message.includes("Node.js 24.1.0"),
  );
});

test("local files and groups become URLs, and others are unchanged", () => {
  const project = join(folder, "pyproject.toml");
  writeFileSync(project, "");
  const url = pathToFileURL(project).href;
  const https = "https://example.org/pyproject.toml";
  assert.deepEqual(filesAndGroups({}), {});
  assert.deepEqual(filesAndGroups({ requirement: [`${project}[a,b]`, https], group: ["test", `${project}:docs`] }), {
    requirementsFiles: [`${url}[a,b]`, https],
    groups: ["test", `${url}:docs`],
  });
  assert.deepEqual(filesAndGroups({ group: [`${https}:docs`] }), { requirementsFiles: [], groups: [`${https}:docs`] });
  const missing = join(folder, "missing.txt");
  assert.throws(() => filesAndGroups({ requirement: [missing] }), UsageError);
  assert.throws(() => filesAndGroups({ group: [`${missing}:test`] }), /missing.txt: there is no such file/);
});
