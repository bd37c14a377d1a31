// Files that are unpacked when they are first read, in the file system of a real Pyodide.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, beforeEach, mock, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { loadPyodide, type PyodideAPI } from "pyodide";
import { createFiles, unpackAhead } from "../src/host/lazy_files.ts";

const DEFLATED = 8;
const CONTENT = Buffer.from("answer = 42\n".repeat(9));

let pyodide: PyodideAPI;
let root: string;
let count = 0;

before(async () => {
  pyodide = await loadPyodide();
});

beforeEach(() => {
  root = `/tmp/${count++}`;
  pyodide.FS.mkdir(root);
});

/** Creates `app/file.py` of one member. `packed`, `size` and `digest` are correct unless given. */
function create({ packed = deflateRawSync(CONTENT), size = CONTENT.length, digest = digestOf(CONTENT) } = {}): boolean {
  const stray = [1, 2, 3];
  const listing = {
    filename: "app-1-py3-none-any.whl",
    batches: [{ source: "app", folder: `${root}/deep/app`, names: ["file.py"] }],
    digests: [digest],
    numbers: [stray.length, packed.length, size, DEFLATED],
  };
  return createFiles(pyodide, Uint8Array.from([...stray, ...packed, ...stray]), JSON.stringify(listing));
}

function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("base64url");
}

function read(): Uint8Array {
  return pyodide.FS.readFile(`${root}/deep/app/file.py`);
}

test("files that match RECORD can be read repeatedly", () => {
  assert.equal(create(), true);
  assert.equal(pyodide.FS.stat(`${root}/deep/app/file.py`).size, CONTENT.length);
  assert.deepEqual(Buffer.from(read()), CONTENT);
  assert.deepEqual(Buffer.from(read()), CONTENT);
});

test("files that differ from RECORD cannot be read, and the console says why", (context) => {
  for (const [lie, why] of [
    [{ digest: digestOf(Buffer.from("other")) }, "its hash differs"],
    [{ size: CONTENT.length - 1 }, "its size differs"],
    [{ size: CONTENT.length + 1 }, "its size differs"],
    [{ packed: deflateRawSync(CONTENT).subarray(0, 5) }, "it cannot be unpacked"],
    [{ packed: Buffer.alloc(0) }, "its size differs"],
  ] as const) {
    root += "x";
    pyodide.FS.mkdir(root);
    create(lie as Parameters<typeof create>[0]);
    const said = context.mock.method(console, "error", () => {});
    assert.throws(read, { errno: 29 });
    assert.throws(read, { errno: 29 });
    assert.match(said.mock.calls[0]?.arguments[0], /^wherry: cannot read app\/file\.py of app-1-py3-none-any\.whl: it is not the file/);
    assert.ok(said.mock.calls[0]?.arguments[0].includes(why));
    mock.restoreAll();
    said.mock.restore();
  }
});

test("a file unpacked ahead is read without its archive", async () => {
  create();
  await unpackAhead(pyodide.FS, `${root}/deep/app/file.py`);
  const { node } = pyodide.FS.lookupPath(`${root}/deep/app/file.py`);
  assert.ok(Object.getOwnPropertyDescriptor(node, "contents")?.value instanceof Uint8Array);
  assert.deepEqual(Buffer.from(read()), CONTENT);
  await unpackAhead(pyodide.FS, `${root}/deep/app/file.py`);
  assert.deepEqual(Buffer.from(read()), CONTENT);
});

test("a file that differs from RECORD is left to its first read", async (context) => {
  for (const lie of [
    { digest: digestOf(Buffer.from("other")) },
    { size: CONTENT.length - 1 },
    { size: CONTENT.length + 1 },
    { packed: deflateRawSync(CONTENT).subarray(0, 5) },
  ]) {
    root += "x";
    pyodide.FS.mkdir(root);
    create(lie as Parameters<typeof create>[0]);
    await unpackAhead(pyodide.FS, `${root}/deep/app/file.py`);
    context.mock.method(console, "error", () => {});
    assert.throws(read, { errno: 29 });
    mock.restoreAll();
  }
});

test("a file that is changed while it is unpacked ahead keeps its change", async () => {
  create();
  const unpacking = unpackAhead(pyodide.FS, `${root}/deep/app/file.py`);
  pyodide.FS.writeFile(`${root}/deep/app/file.py`, "mine");
  await unpacking;
  assert.equal(Buffer.from(read()).toString(), "mine");
});

test("unreadable files can be overwritten and removed", (context) => {
  create({ digest: digestOf(Buffer.from("other")) });
  context.mock.method(console, "error", () => {});
  assert.throws(read);
  pyodide.FS.unlink(`${root}/deep/app/file.py`);
  pyodide.FS.writeFile(`${root}/deep/app/file.py`, "mine");
  assert.equal(Buffer.from(read()).toString(), "mine");
});

test("other file systems, and unknown forms of MEMFS, are left unchanged", () => {
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: import.meta.dirname }, root);
  assert.equal(create(), false);
  pyodide.FS.unmount(root);
  const { createNode } = pyodide.FS.filesystems.MEMFS;
  pyodide.FS.filesystems.MEMFS.createNode = (...values: unknown[]) => {
    const node = createNode(...values);
    if (node.usedBytes === 0) node.contents = [];
    return node;
  };
  try {
    assert.equal(create(), false);
    assert.deepEqual(pyodide.FS.readdir(root), [".", ".."]);
  } finally {
    pyodide.FS.filesystems.MEMFS.createNode = createNode;
  }
});
