// Bytecode beside sources in the file system of a real Pyodide, kept in a cache.
import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { loadPyodide, type PyodideAPI } from "pyodide";
import { Bytecode } from "../src/host/bytecode.ts";
import { readArchive } from "../src/host/bytecode_archive.ts";
import type { Cache } from "../src/host/cache.ts";
import { digestOf } from "../src/host/lazy_files.ts";

const SOURCE = "answer = 42\n";
const KEY = "bytecode-00-0:ab12";

let pyodide: PyodideAPI;
let root: string;
let count = 0;
let store: MemoryStore;
let bytecode: Bytecode;

class MemoryStore implements Cache {
  readonly entries = new Map<string, Uint8Array>();
  writes = 0;
  get = async (key: string) => this.entries.get(key)?.slice();
  put = async (key: string, content: Uint8Array) => {
    this.writes++;
    this.entries.set(key, content);
  };
}

before(async () => {
  pyodide = await loadPyodide();
  pyodide.runPython("import hashlib, importlib, importlib.util, base64, marshal, os, sys");
});

beforeEach(() => {
  root = `/tmp/${count++}`;
  store = new MemoryStore();
  bytecode = begin();
  write("app.py");
});

function begin(collect: (milliseconds: number) => boolean = () => false): Bytecode {
  const made = new Bytecode(pyodide.FS, digestOf, store);
  const suffix: string = pyodide.runPython("importlib.util.cache_from_source('_.py').rpartition('/_')[2]");
  made.begin(root, suffix, pyodide.runPython("importlib.util.MAGIC_NUMBER.hex()"), collect);
  return made;
}

function write(place: string, source = SOURCE): void {
  pyodide.FS.mkdirTree(`${root}/${place}`.replace(/\/[^/]*$/, ""));
  pyodide.FS.writeFile(`${root}/${place}`, source);
}

/** Returns the code of a source. That of a module's file tells, when it runs, that it comes from bytecode. */
function compiled(source: string): Uint8Array {
  return pyodide.runPython(`marshal.dumps(compile(${JSON.stringify(`${source}kept = True\n`)}, 'app.py', 'exec'))`).toJs();
}

function sourceDigest(source: string): string {
  return pyodide.runPython(
    `base64.urlsafe_b64encode(hashlib.sha256(${JSON.stringify(source)}.encode()).digest()).rstrip(b'=').decode()`,
  );
}

function add(to: Bytecode, place = "app.py", source = SOURCE): void {
  to.add(KEY, place, sourceDigest(source), compiled(source));
}

/** Imports a module anew; returns `answer`, and whether its code was the kept one. */
function importAnew(name = "app"): [answer: number, isKept: boolean] {
  const run = `
importlib.invalidate_caches()
sys.path.insert(0, ${JSON.stringify(root)})
try:
    module = importlib.import_module(${JSON.stringify(name)})
finally:
    del sys.path[0]
    for name in [name for name in sys.modules if name.partition(".")[0] in ("app", "deep")]:
        del sys.modules[name]
[module.answer, hasattr(module, "kept")]`;
  return pyodide.runPython(run).toJs();
}

/** Keeps one module, and returns another Bytecode, as in the next visit, that expects it. */
async function nextVisit(place = "app.py", source = SOURCE): Promise<Bytecode> {
  add(bytecode, place, source);
  await bytecode.keep();
  return expecting();
}

function expecting(): Bytecode {
  const next = begin();
  next.expect(KEY);
  return next;
}

test("bytecode is placed beside its source, and Python uses it", async () => {
  add(bytecode);
  await bytecode.place(JSON.stringify([KEY]));
  assert.deepEqual(importAnew(), [42, true]);
});

test("kept bytecode is used on the next visit", async () => {
  const next = await nextVisit();
  await next.place(JSON.stringify([KEY]));
  assert.deepEqual(importAnew(), [42, true]);
});

test("modules that are kept already are not kept again", async () => {
  const next = await nextVisit();
  const writes = store.writes;
  add(next);
  await next.place(JSON.stringify([KEY]));
  await next.keep();
  assert.equal(store.writes, writes);
});

test("the modules of a package have their own folders of bytecode", async () => {
  write("deep/part/__init__.py");
  write("deep/part/one.py");
  pyodide.FS.mkdir(`${root}/deep/part/__pycache__`);
  add(bytecode, "deep/part/__init__.py");
  add(bytecode, "deep/part/one.py");
  await bytecode.place(JSON.stringify([KEY]));
  assert.deepEqual(importAnew("deep.part"), [42, true]);
  assert.deepEqual(importAnew("deep.part.one"), [42, true]);
});

test("bytecode of another source is not placed", async () => {
  const next = await nextVisit();
  write("app.py", "answer = 41\n");
  await next.place(JSON.stringify([KEY]));
  assert.deepEqual(importAnew(), [41, false]);
});

test("a source that is changed afterwards is compiled, even within the same second and with the same size", async () => {
  const next = await nextVisit();
  await next.place(JSON.stringify([KEY]));
  write("app.py", "answer = 41\n");
  assert.deepEqual(importAnew(), [41, false]);
});

test("bytecode that a wheel has brought stays", async () => {
  pyodide.FS.mkdir(`${root}/__pycache__`);
  const path = pyodide.runPython(`importlib.util.cache_from_source("${root}/app.py")`);
  pyodide.FS.writeFile(path, "its own");
  add(bytecode);
  await bytecode.place(JSON.stringify([KEY]));
  assert.equal(pyodide.FS.readFile(path, { encoding: "utf8" }), "its own");
});

test("bytecode of a source that is gone is ignored", async () => {
  const next = await nextVisit();
  pyodide.FS.unlink(`${root}/app.py`);
  await next.place(JSON.stringify([KEY]));
  assert.deepEqual(pyodide.FS.readdir(root).filter((name: string) => !/^\.+$/.test(name)), []);
});

test("other file systems get no bytecode", async () => {
  // Its files are like those of the memory file system, but may outlive the page.
  pyodide.FS.mkdir(`${root}/host`);
  pyodide.FS.mount((pyodide.FS as any).filesystems.IDBFS, {}, `${root}/host`);
  write("host/app.py");
  add(bytecode, "host/app.py");
  await bytecode.place(JSON.stringify([KEY]));
  assert.ok(!pyodide.FS.readdir(`${root}/host`).includes("__pycache__"));
  pyodide.FS.unmount(`${root}/host`);
});

test("modules are added to those kept before", async () => {
  write("deep/one.py");
  await nextVisit();
  add(bytecode, "deep/one.py");
  await bytecode.keep();
  const places = (await readArchive(store, KEY)).map(({ place }) => place);
  assert.deepEqual(places, ["app.py", "deep/one.py"]);
});

test("nothing is written again if there is nothing new", async () => {
  await nextVisit();
  await bytecode.keep();
  assert.equal(store.writes, 1);
});

test("a module that is kept already, and was compiled once more, is not kept again", async () => {
  const next = await nextVisit();
  add(next);
  await next.place(JSON.stringify([KEY]));
  await next.keep();
  assert.equal(store.writes, 1);
  assert.deepEqual(importAnew(), [42, true]);
});

test("archives that were expected and not placed are released", async () => {
  const next = await nextVisit();
  next.forget();
  await next.place(JSON.stringify([KEY]));
  assert.deepEqual(importAnew(), [42, false]);
});

test("the code of an opened archive is found by place and digest, once", async () => {
  const next = await nextVisit();
  await next.open(KEY);
  assert.equal(next.find("app.py", sourceDigest("another")), undefined);
  assert.deepEqual(next.find("app.py", sourceDigest(SOURCE)), compiled(SOURCE));
  assert.equal(next.find("app.py", sourceDigest(SOURCE)), undefined);
  await begin().open("bytecode-00-0:absent");
});

test("without a store, bytecode is placed and not kept", async () => {
  const alone = new Bytecode(pyodide.FS, digestOf);
  alone.begin(root, ".cpython-314.pyc", pyodide.runPython("importlib.util.MAGIC_NUMBER.hex()"), () => false);
  alone.expect(KEY);
  add(alone);
  await alone.place(JSON.stringify([KEY]));
  await alone.keep();
  assert.deepEqual(importAnew(), [42, true]);
});

test("what is kept while Python fails to collect is what it has collected", async () => {
  bytecode = begin(() => {
    add(bytecode);
    throw new Error("interrupted");
  });
  await bytecode.keep();
  assert.equal((await readArchive(store, KEY)).length, 1);
});

const DAMAGES: Record<string, (content: Uint8Array) => Uint8Array> = {
  empty: () => new Uint8Array(),
  truncated: (content) => content.slice(0, -1),
  longer: (content) => Uint8Array.from([...content, 0]),
  "another file": () => new TextEncoder().encode("<!doctype html>\n<title>Sign in</title>\n"),
  "without lines": (content) => content.filter((byte) => byte !== 10),
  "with another hash": (content) => content.with(0, content[0] === 48 ? 49 : 48),
  "with a changed listing": (content) => content.with(80, (content[80] ?? 0) ^ 1),
  "with changed code": (content) => content.with(-8, (content.at(-8) ?? 0) ^ 1),
};

for (const [damage, change] of Object.entries(DAMAGES)) {
  test(`an archive that is ${damage} is not used, and replaced by the next one`, async () => {
    await nextVisit();
    store.entries.set(KEY, change(store.entries.get(KEY) ?? new Uint8Array()));
    const next = expecting();
    await next.place(JSON.stringify([KEY]));
    assert.deepEqual(importAnew(), [42, false]);
    add(next);
    await next.keep();
    assert.equal((await readArchive(store, KEY)).length, 1);
  });
}

test("the archive of another wheel is not used", async () => {
  await nextVisit();
  const other = "bytecode-00-0:cd34";
  store.entries.set(other, store.entries.get(KEY) ?? new Uint8Array());
  const next = begin();
  next.expect(other);
  await next.place(JSON.stringify([other]));
  assert.deepEqual(importAnew(), [42, false]);
});

test("a store that fails costs a compilation", async () => {
  store.get = () => Promise.reject(new Error("denied"));
  const next = expecting();
  await next.place(JSON.stringify([KEY]));
  assert.deepEqual(importAnew(), [42, false]);
});
