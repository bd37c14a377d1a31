// The scenes that a page, a worker, Node.js and Deno all play. They return plain values, which the tests check.
import type { loadPyodide, PyodideAPI } from "pyodide";
import type * as Package from "../../../src/index.ts";
import type { IndexUrls } from "../wheel_index.ts";

/** The common state of the scenes: one runtime, in which a scene uses the results of earlier ones. */
export interface Stage {
  pyodide: PyodideAPI;
  wherry: typeof Package;
  installer: Package.Installer;
  urls: IndexUrls;
  /** Requests that the Content-Security-Policy has blocked. */
  violations: string[];
}

export async function setStage(load: typeof loadPyodide, wherry: typeof Package, urls: IndexUrls): Promise<Stage> {
  const violations: string[] = [];
  globalThis.addEventListener?.("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    violations.push(`${effectiveDirective}: ${blockedURI}`);
  });
  const pyodide = await load();
  const installer = await wherry.attach(pyodide, { indexUrls: [urls.open] });
  return { pyodide, wherry, installer, urls, violations };
}

const ROUNDS = 10;

/** Modules by project. */
const MODULES = {
  fastapi: "fastapi",
  hypothesis: "hypothesis",
  idna: "idna",
  msgpack: "msgpack",
  "opentelemetry-api": "opentelemetry.trace",
  packaging: "packaging.version",
  "pydantic-core": "pydantic_core",
  sortedcontainers: "sortedcontainers",
};

export const scenes = {
  /** Installs and uses two compiled extensions. */
  async install({ pyodide, installer }: Stage) {
    const events: Package.ProgressEvent[] = [];
    const report = await installer.install(["msgpack", "pydantic"], { onProgress: (event) => void events.push(event) });
    const worked: string = pyodide.runPython(`
import msgpack
from pydantic import BaseModel

class Crossing(BaseModel):
    passengers: int

str(Crossing.model_validate(msgpack.unpackb(msgpack.packb({"passengers": "5"}))))`);
    return { names: report.installed.map(({ name }) => name), events, worked };
  },

  /** Whether a file is unpacked at its first read, and matches RECORD. */
  async lazy({ pyodide }: Stage) {
    const path = "/lib/python3.14/site-packages/pydantic/mypy.py";
    const { node } = (pyodide.FS as any).lookupPath(path);
    const waits = () => Object.getOwnPropertyDescriptor(node, "contents")?.get !== undefined;
    return { before: waits(), size: node.usedBytes as number, read: pyodide.FS.readFile(path).length, after: waits() };
  },

  async look({ installer }: Stage) {
    return { check: await installer.check(), tree: await installer.tree(), why: await installer.why("annotated-types") };
  },

  async resolve({ installer }: Stage) {
    const { pins } = await installer.resolve("fastapi", { constraints: ["anyio>=4"], excludeNewer: new Date() });
    return Object.keys(pins);
  },

  conflict: ({ wherry, installer }: Stage) => failure(wherry, installer.install(["pydantic", "typing-extensions<4"])),

  /** Uses an index that allows no other origin, which only browsers enforce. */
  closed: ({ wherry, installer, urls }: Stage) =>
    failure(wherry, installer.install("idna", { indexUrls: [urls.closed] })),

  async abort({ installer, urls }: Stage) {
    const before = await installer.installed();
    const reason = new Error("enough");
    const controller = new AbortController();
    const call = installer.install("fastapi", { indexUrls: [urls.silent], signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    const rejection = await call.catch((error: unknown) => error);
    const unchanged = JSON.stringify(before) === JSON.stringify(await installer.installed());
    return { isReason: rejection === reason, unchanged };
  },

  async uninstall({ pyodide, installer }: Stage) {
    const { removed } = await installer.uninstall("msgpack");
    const left: string = pyodide.runPython(`
from importlib.metadata import distributions
" ".join(distribution.name for distribution in distributions())`);
    return { removed: removed.map(({ name }) => name), left: left.split(" ") };
  },

  /** Attaches again to restore the options: the last options count. */
  async limits({ pyodide, wherry, urls }: Stage) {
    const options = { indexUrls: [urls.open] };
    const narrow = await wherry.attach(pyodide, { ...options, limits: { entries: 3 } });
    const refusal = await failure(wherry, narrow.install("idna"));
    await wherry.attach(pyodide, options);
    return refusal;
  },

  /** Installs with every file unpacked and compared by Python before, without lazy files. */
  async strict({ pyodide, wherry, urls }: Stage) {
    const options = { indexUrls: [urls.open] };
    const strict = await wherry.attach(pyodide, { ...options, strict: true });
    await strict.install("sortedcontainers");
    await wherry.attach(pyodide, options);
    return pyodide.runPython("import sortedcontainers; sortedcontainers.SortedList([3, 1, 2])[0]") as number;
  },

  /** Installs and imports all packages, and reports violations of the Content-Security-Policy. */
  async policy({ pyodide, installer, violations }: Stage) {
    const { installed, unchanged } = await installer.install(Object.keys(MODULES));
    for (const module of Object.values(MODULES)) pyodide.runPython(`import ${module}`);
    const reported = [...violations];
    let refusesEval = false;
    try {
      globalThis.eval("1");
    } catch {
      refusesEval = true;
    }
    return { packages: [...installed, ...unchanged].map(({ name, version }) => `${name} ${version}`), reported, refusesEval };
  },

  /** Counts the proxies of both languages before and after many calls with different outcomes. */
  async leaks(stage: Stage) {
    const count = countHeld(stage.pyodide);
    await callInEveryWay(stage);
    const before = count();
    for (let round = 0; round < ROUNDS; round++) await callInEveryWay(stage);
    return { before, after: count(), rounds: ROUNDS, calls: ROUNDS * CALLS };
  },
};

export type Scenes = typeof scenes;
export type SceneName = keyof Scenes;
export type Played<Name extends SceneName> = Awaited<ReturnType<Scenes[Name]>>;

/** Describes a rejection. */
async function failure({ WherryError }: typeof Package, call: Promise<unknown>) {
  const error = await call.then(() => undefined, (error: unknown) => error);
  if (!(error instanceof WherryError)) throw new Error(`not a WherryError: ${error}`);
  return { name: error.name, code: error.code, facts: error.facts, message: error.message };
}

const CALLS = 8;

async function callInEveryWay({ installer, urls }: Stage): Promise<void> {
  const onProgress = () => {};
  const isMine = new Error("mine");
  await installer.install("idna", { onProgress, signal: new AbortController().signal });
  await installer.uninstall("idna");
  await installer.resolve("idna", { onProgress });
  await installer.check();
  const failing = [
    () => installer.install("absent", { onProgress }),
    () => installer.uninstall("absent"),
    () => installer.install("idna", { indexUrls: [urls.silent], onProgress, signal: AbortSignal.timeout(20) }),
    () => installer.install("idna", { onProgress: () => { throw isMine; } }),
  ];
  for (const call of failing) {
    const hasFailed = await call().then(() => false, () => true);
    if (!hasFailed) throw new Error(`not rejected: ${call}`);
  }
}

/**
 * Counts the objects of Python that JavaScript holds (PyProxy), and those of JavaScript that Python holds (JsProxy).
 *
 * Both counts are interfaces of Pyodide's own tests; no public one exists. Python frees cycles by garbage collection,
 * and the results of promises in the next turn of the event loop.
 */
function countHeld(pyodide: PyodideAPI): () => { pyProxies: number; jsReferences: number } {
  const module = (pyodide as any)._module;
  module.enable_pyproxy_allocation_tracing();
  return () => {
    pyodide.runPython("import gc; gc.collect()");
    return { pyProxies: module.pyproxy_alloc_map.size, jsReferences: module._hiwire_num_refs() };
  };
}
