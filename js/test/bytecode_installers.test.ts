// Bytecode and several installers of one runtime.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadPyodide, type PyodideAPI } from "pyodide";
import type { Cache } from "../src/host/cache.ts";
import { readArchive } from "../src/host/bytecode_archive.ts";
import { connect } from "../src/attach.ts";

const DIST = new URL("../dist/", import.meta.url);
// The build defines it. With another value, the Python side comes as sources.
Object.assign(globalThis, { BYTECODE_MAGIC: "" });

/** Makes a wheel with one module, and returns its path. */
const MAKE_WHEEL = `
import base64, hashlib, zipfile

def make_wheel(name):
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "answer = 42\\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    digest = lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    lines = [f"{path},sha256={digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\\n".join([*lines, f"{info}/RECORD,,", ""])
    path = f"/tmp/{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in files.items():
            archive.writestr(member, text)
    return path
`;

async function start(options: object, store?: Cache) {
  const pyodide = await loadPyodide();
  pyodide.runPython(MAKE_WHEEL);
  const connection = await connect(pyodide, { bundleUrl: DIST, ...options }, { bytecode: store, keepsWhenIdle: false });
  return { pyodide, ...connection };
}

/** Installs a new wheel with an installer of its own. */
const install = (pyodide: PyodideAPI, name: string) =>
  pyodide.runPythonAsync(`import wherry; await wherry.Installer().install(make_wheel("${name}"))`);

test("with bytecode switched off, installers of Python's own work", async () => {
  const { pyodide, bytecode } = await start({ bytecode: false });
  assert.equal(bytecode, undefined);
  await install(pyodide, "lone");
  assert.equal(pyodide.runPython("import lone; lone.answer"), 42);
});

test("the modules of all installers are kept", async () => {
  const entries = new Map<string, Uint8Array>();
  const store: Cache = { get: async (key) => entries.get(key), put: async (key, content) => void entries.set(key, content) };
  const { pyodide, bytecode } = await start({}, store);
  await install(pyodide, "first");
  await install(pyodide, "second");
  pyodide.runPython("import first, second");
  await bytecode?.keep();
  const archives = await Promise.all([...entries.keys()].map((key) => readArchive(store, key)));
  const places = archives.flat().map(({ place }) => place);
  assert.deepEqual(["first.py", "second.py"].filter((place) => !places.includes(place)), []);
});

test("the standard library's modules are kept, and used after a call that installed nothing", async () => {
  const entries = new Map<string, Uint8Array>();
  const store: Cache = { get: async (key) => entries.get(key), put: async (key, content) => void entries.set(key, content) };
  const first = await start({}, store);
  await install(first.pyodide, "one");
  first.pyodide.runPython("import colorsys");
  await first.bytecode?.keep();
  const second = await start({}, store);
  await second.pyodide.runPythonAsync('import wherry; await wherry.install("wherry")');
  const found: string[] = [];
  const find = second.bytecode?.find.bind(second.bytecode);
  Object.assign(second.bytecode ?? {}, {
    find: (place: string, digest: string) => {
      const code = find?.(place, digest);
      if (code) found.push(place);
      return code;
    },
  });
  second.pyodide.runPython("import colorsys");
  assert.deepEqual(found, ["colorsys.py"]);
});
