// The built package in a real Pyodide, with an empty index on loopback. Needs `npm run build`.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { loadPyodide, type PyodideAPI } from "pyodide";
import type { Installer } from "../src/index.ts";

const { attach, WherryError }: typeof import("../src/index.ts") = await import(
  new URL("../dist/index.js", import.meta.url).href
);

const asked: string[] = [];
let holding = false;
const server = createServer((request, response) => {
  asked.push(request.url ?? "");
  if (holding) return;
  response.writeHead(404).end();
});
let pyodide: PyodideAPI;
let indexUrls: string[];
let installer: Installer;

before(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  indexUrls = [`http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`];
  pyodide = await loadPyodide();
  installer = await attach(pyodide, { indexUrls });
});

after(() => {
  server.closeAllConnections();
  server.close();
});

test("Python can import wherry, and not its private dependencies", () => {
  const seen = pyodide.runPython(`
import sys, wherry
", ".join(sorted({"packaging", "resolvelib", "wherry"} & sys.modules.keys()))`);
  assert.equal(seen, "wherry");
});

test("the runtime of the build gets bytecode, whose tracebacks have line numbers", () => {
  assert.equal(pyodide.runPython("import wherry; wherry.__file__"), "/lib/wherry.zip/wherry/__init__.pyc");
  const traceback = pyodide.runPython(`
import traceback, wherry
try:
    wherry.Installer(index_urls=7)
except TypeError:
    text = traceback.format_exc()
text`);
  assert.match(traceback, /File "\/lib\/wherry\.zip\/wherry\/installer\.py", line \d+, in __init__/);
});

test("a runtime with another Python gets sources", async () => {
  const { loadPyodide } = await import("pyodide-next" as "pyodide");
  const next = await loadPyodide();
  await attach(next);
  assert.equal(next.runPython("import wherry; wherry.__file__"), "/lib/wherry.zip/wherry/__init__.py");
  assert.match(next.runPython("import inspect, wherry; inspect.getsource(wherry.Installer)"), /^class Installer:/);
});

test("calls in Python follow the options", async () => {
  asked.length = 0;
  await assert.rejects(pyodide.runPythonAsync("import wherry; await wherry.install('absent')"), /UnknownProject/);
  assert.deepEqual(asked, ["/simple/absent/"]);
});

test("an error has its name, code and facts", async () => {
  await assert.rejects(installer.install("absent>1"), (error) => {
    assert.ok(error instanceof WherryError);
    assert.equal(error.name, "UnknownProject");
    assert.equal(error.code, "unknown-project");
    assert.equal(error.facts["name"], "absent");
    assert.deepEqual(error.facts["indexUrls"], indexUrls);
    return true;
  });
});

test("options are passed to Python under Python's names", async () => {
  const options = { excludeNewer: new Date(0), constraints: ["absent<2"], upgrade: true, pre: true, deps: false, overwrite: ["a"] };
  await assert.rejects(installer.resolve("absent", options), { name: "UnknownProject" });
});

test("Python's lists, tuples, sets and generators are read and stay owned by the caller", async () => {
  for (const source of ["['absent', 'gone']", "('absent', 'gone')", "{'absent': 1, 'gone': 2}.keys()", "(x for x in ['absent', 'gone'])"]) {
    const texts = pyodide.runPython(source);
    asked.length = 0;
    await assert.rejects(installer.install(texts, { constraints: pyodide.runPython("{'absent<2'}") }), { code: "unknown-project" });
    assert.deepEqual(asked.toSorted(), ["/simple/absent/", "/simple/gone/"]);
    texts.destroy();
  }
});

test("other Python objects are refused before any request", async () => {
  asked.length = 0;
  const refused: [source: string, kind: string][] = [
    ["{'absent': '>1'}", "a string or an iterable of strings, not a Python dict."],
    ["import collections; collections.OrderedDict(absent=1)", "a string or an iterable of strings, not a Python collections.OrderedDict."],
  ];
  for (const [source, kind] of refused) {
    const value = pyodide.runPython(source);
    await assert.rejects(installer.install(value), { name: "TypeError", message: `install(): requirements takes ${kind}` });
    await assert.rejects(installer.install("absent", value), { name: "TypeError", message: `install(): requirements takes ${kind}` });
    value.destroy();
  }
  await assert.rejects(installer.install(pyodide.runPython("import asyncio; asyncio.Future()")), /Future\. Await it first\./);
  await assert.rejects(installer.install(pyodide.runPython("['absent', None]")), /requirements\[1\] takes a string, not undefined/);
  await assert.rejects(installer.resolve("absent", { contraints: [] } as any), TypeError);
  await assert.rejects(attach(pyodide, { preload: ["absent"], perfer: "index" } as any), /Did you mean prefer\?/);
  assert.deepEqual(asked, []);
});

test("Python can call the installer with its own values", async () => {
  pyodide.globals["set"]("installer", installer);
  asked.length = 0;
  const call = pyodide.runPythonAsync("await installer.install(['absent'], constraints={'absent<2'}, pre=True)");
  await assert.rejects(call, /UnknownProject/);
  assert.deepEqual(asked, ["/simple/absent/"]);
  pyodide.globals["delete"]("installer");
});

test("the Python side refuses invalid values with a sentence", async () => {
  const module = pyodide.pyimport("wherry.bridge");
  const reply = async (options: object, method: string, parameters: object) => {
    const bridge = module.Bridge(JSON.stringify({ indexUrls, ...options }));
    const task = bridge.call(method, JSON.stringify(parameters));
    try {
      const { type, message } = JSON.parse(await task).error;
      return `${type}: ${message}`;
    } finally {
      task.destroy();
      bridge.destroy();
    }
  };
  const requirements = ["absent"];
  for (const method of ["install", "resolve"]) {
    assert.match(await reply({}, method, { requirements, contraints: [] }), /^TypeError: .* unexpected keyword argument 'contraints'/);
  }
  assert.match(await reply({}, "installImports", { source: "", contraints: [] }), /^TypeError: .* unexpected keyword argument 'contraints'/);
  assert.match(await reply({ network: { patience: 1 } }, "install", { requirements }), /^TypeError: .* unexpected keyword argument 'patience'/);
  assert.match(await reply({ limits: { size: 1 } }, "installed", {}), /^TypeError: .* unexpected keyword argument 'size'/);
  module.destroy();
  installer = await attach(pyodide, { indexUrls });
});

test("prefer of attach() applies to calls without their own, in Python, too", async () => {
  const project = "sortedcontainers";
  const preferring = await attach(pyodide, { indexUrls, prefer: "index" });
  asked.length = 0;
  await preferring.resolve(project, { prefer: "distribution" });
  assert.deepEqual(asked, []);
  await preferring.resolve(project);
  await pyodide.runPythonAsync(`import wherry; await wherry.resolve("${project}")`);
  assert.deepEqual(asked, [`/simple/${project}/`, `/simple/${project}/`]);
  installer = await attach(pyodide, { indexUrls });
});

test("a listener receives events, and its exception rejects the call unchanged", async () => {
  const mine = new Error("mine");
  const phases: string[] = [];
  const onProgress = ({ phase }: { phase: string }) => void phases.push(phase);
  await assert.rejects(installer.install("absent", { onProgress }));
  assert.deepEqual([...new Set(phases)], ["resolving"]);
  const throwing = () => {
    throw mine;
  };
  await assert.rejects(installer.install("absent", { onProgress: throwing }), (error) => error === mine);
});

test("a signal cancels a call before, at and after its start, with its own reason", async () => {
  const reason = new Error("enough");
  await assert.rejects(installer.install("absent", { signal: AbortSignal.abort(reason) }), (error) => error === reason);
  for (const wait of [() => {}, () => new Promise((resume) => setTimeout(resume, 5))]) {
    const controller = new AbortController();
    holding = true;
    const call = installer.install("absent", { signal: controller.signal });
    await wait();
    controller.abort();
    await assert.rejects(call, { name: "AbortError" });
    holding = false;
  }
  await assert.rejects(installer.install("absent", { signal: new AbortController().signal }), { name: "UnknownProject" });
});

test("no kind of cache makes a call fail or hang, and calls work without one", async () => {
  const answers = [Buffer.from("{}"), new DataView(new ArrayBuffer(2)), "text", null, Symbol("x")];
  for (const answer of answers) {
    const cache = { get: async () => answer as never, put: async () => {} };
    const cached = await attach(pyodide, { indexUrls, cache });
    await cached.install("pyodide-py");
  }
  installer = await attach(pyodide, { indexUrls, cache: false });
  await pyodide.runPythonAsync("import wherry; await wherry.install('pyodide-py')");
});

test("a listener whose promise rejects cancels its call, and the next call works", async () => {
  const mine = new Error("mine");
  await assert.rejects(installer.install("absent", { onProgress: async () => Promise.reject(mine) }), (error) => error === mine);
  await installer.install("pyodide-py");
});

test("queries of installed packages return plain objects", async () => {
  const { environment, ...problems } = await installer.check();
  assert.deepEqual(problems, { broken: [], missing: [], conflicting: [], warnings: [] });
  assert.match(environment, /^Pyodide 314\.\S+, Python 3\.14\.\d+, platform pyemscripten_2026_0_wasm32; JavaScript: by attach\(\)$/);
  const { branches } = await installer.tree();
  assert.deepEqual(branches.map(({ name, repeated }) => ({ name, repeated })), ["pyodide", "pyodide-py", "wherry"].map((name) => ({ name, repeated: false })));
  assert.deepEqual(await installer.why("absent"), { name: "absent", version: null, chains: [] });
});

test("calls leak no proxies", async () => {
  const count = traceProxies(pyodide);
  await installer.installed();
  const before = count();
  for (let round = 0; round < 3; round++) {
    await installer.installed();
    await installer.install("absent", { onProgress: () => {} }).catch(() => {});
    await installer.install("absent", { signal: abortedSoon() }).catch(() => {});
    await installer.uninstall("absent").catch(() => {});
  }
  assert.equal(count(), before);
});

test("attach() waits for its preload, and rejects if that fails", async () => {
  const preload = { requirements: ["pyodide-py"], deps: false };
  assert.equal((await (await attach(pyodide, { indexUrls, preload })).installed())[0]?.name, "pyodide");
  const events: string[] = [];
  const onProgress = ({ message }: { message: string }) => void events.push(message);
  const preloads = [
    "absent",
    ["absent"],
    { requirements: "absent", prefer: "index" as const },
    { requirementsFiles: "# no requirements besides\nabsent\n" },
  ];
  for (const preload of preloads) {
    await assert.rejects(attach(pyodide, { indexUrls, preload, onProgress }), { code: "unknown-project" });
  }
  // Slow downloads report progress in between.
  const others = events.filter((message) => message !== "Resolving absent: 1 project known");
  assert.deepEqual(others, Array(4).fill(["Loading Python", "Resolving absent"]).flat());
});

test("attach() waits for a promise of Pyodide, and rejects if that fails", async () => {
  const loading = new Promise<PyodideAPI>((resolve) => setTimeout(() => resolve(pyodide), 5));
  assert.equal((await (await attach(loading, { indexUrls })).installed())[0]?.name, "pyodide");
  await assert.rejects(attach(Promise.reject(new Error("no Pyodide"))), /no Pyodide/);
  await assert.rejects(attach(loadPyodide(), { indexUrls, preload: "absent" }), { code: "unknown-project" });
});

test("imported packages are installed, but projects are never guessed", async () => {
  assert.deepEqual((await installer.installImports("import sys, json, wherry")).installed, []);
  await assert.rejects(installer.installImports("import absent\nimport os"), { code: "unknown-imports", facts: { imports: ["absent"] } });
  await assert.rejects(installer.installImports("import"), { code: "invalid-source" });
  const projects = { absent: "no-such-thing>2" };
  await assert.rejects(installer.installImports("import absent", { projects }), { code: "unknown-project" });
});

test("attaching several times loads one bundle", async () => {
  const count = "import sys; sum('wherry' in str(getattr(finder, 'archive', '')) for finder in sys.meta_path)";
  await Promise.all([attach(pyodide, { indexUrls }), attach(pyodide, { indexUrls })]);
  assert.equal(pyodide.runPython(count), 1);
  const other = await loadPyodide();
  await Promise.all([attach(other, { indexUrls }), attach(other, { indexUrls })]);
  assert.equal(other.runPython(count), 1);
});

test("modules of the bundle can be found and reloaded, and missing ones are not found", () => {
  const found = pyodide.runPython(`
import importlib, importlib.util, wherry.model.hashes as hashes
before = hashes.strongest
spec = importlib.util.find_spec("wherry.model.hashes")
try:
    import wherry.model.absent
except ModuleNotFoundError as error:
    absent = error.name
importlib.reload(hashes)
[spec.origin, absent, hashes.strongest is not before, importlib.util.find_spec("wherry.model").submodule_search_locations]`).toJs();
  assert.deepEqual(found, ["/lib/wherry.zip/wherry/model/hashes.pyc", "wherry.model.absent", true, []]);
});

test("the stand-ins for slow modules return the same values", () => {
  const differences = pyodide.runPython(`
import platform, sysconfig
from wherry._vendor import platform as short_platform, sysconfig as short_sysconfig
told = {name: (getattr(short_platform, name)(), getattr(platform, name)()) for name, value in vars(short_platform).items() if callable(value) and name[0] != "_"}
told |= {name: (getattr(short_sysconfig, name)(), getattr(sysconfig, name)()) for name in ["get_paths", "get_platform"]}
variables = [*sysconfig.get_config_vars(), "ABSENT"]
told |= {name: (short_sysconfig.get_config_var(name), sysconfig.get_config_var(name)) for name in variables}
str({name: answers for name, answers in told.items() if answers[0] != answers[1]})`);
  assert.equal(differences, "{}");
});

function abortedSoon(): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort());
  return controller.signal;
}

/** Counts proxies by an interface of Pyodide's own tests; no public one exists. */
function traceProxies(runtime: PyodideAPI): () => number {
  const module = (runtime as any)._module;
  module.enable_pyproxy_allocation_tracing();
  return () => module.pyproxy_alloc_map.size;
}
