// One installation in a fresh Pyodide, in Node or in a browser.

/**
 * Loads Pyodide, installs `task.requirements` with `task.client`, and returns the times and sizes.
 *
 * `host` has `readBytes(url)`, and may have `startMemory()` and `readMemory()`, which returns bytes.
 * The time until Pyodide is loaded does not count, nor does loading micropip's wheel.
 */
export async function measure(task, host) {
  const { loadPyodide } = await import(task.pyodideUrl);
  // The script of wherry is there before Pyodide is, as in a page.
  const { attach } = task.overlaps ? await import(task.wherryUrl) : {};
  const loading = loadPyodide({
    lockFileContents: JSON.stringify(task.lock),
    packageBaseUrl: task.packageBaseUrl,
    ...(task.packageCacheDir && { packageCacheDir: task.packageCacheDir }),
    stdout: () => {},
  });
  const begun = task.overlaps && task.lockUrl ? attach(loading, { lock: task.lockUrl }) : undefined;
  const pyodide = await loading;
  const client = await CLIENTS[task.client](pyodide, task, host, begun);
  const heapBefore = heapSize(pyodide);
  host.startMemory?.();
  const seconds = {};
  const timed = async (name, step) => {
    const started = performance.now();
    const result = await step();
    seconds[name] = (performance.now() - started) / 1000;
    return result;
  };
  const report = await timed("total", () => client(timed));
  const result = { seconds, report, heap: heapSize(pyodide) - heapBefore, memory: host.readMemory?.() ?? null };
  return { ...result, phases: takePhases(pyodide), installed: listInstalled(pyodide) };
}

const PREFERENCE = { prefer: "index" };

const CLIENTS = {
  /** wherry as a page or a script uses it that prefers the index, as micropip does once it is given one. */
  async wherry(pyodide, task, host) {
    if (task.phasesUrl) pyodide.FS.writeFile("/home/pyodide/phases.py", await host.readBytes(task.phasesUrl));
    return async (timed) => {
      const wherry = await timed("attach", async () => {
        const { attach } = await import(task.wherryUrl);
        return attach(pyodide, { indexUrls: [task.indexUrl] });
      });
      await timed("import", () => pyodide.pyimport("wherry").destroy());
      if (task.plan) return wherry.resolve(task.requirements, PREFERENCE);
      if (task.phasesUrl) pyodide.runPython("from phases import Phases; phases = Phases(); phases.start()");
      return timed("install", () => wherry.install(task.requirements, PREFERENCE));
    };
  },

  /** wherry with a lock, whose wheels travel before Pyodide is there, if `begun` is its installer. */
  async lock(pyodide, task, host, begun) {
    return async (timed) => {
      if (task.plan) {
        const { attach } = await import(task.wherryUrl);
        return (await attach(pyodide, { indexUrls: [task.indexUrl] })).lock(task.requirements, PREFERENCE);
      }
      await timed("attach", async () => begun ?? (await import(task.wherryUrl)).attach(pyodide, { lock: task.lockUrl }));
      return null;
    };
  },

  /** micropip as its documentation has it, its wheel in place before. */
  async micropip(pyodide, task, host) {
    pyodide.unpackArchive(await host.readBytes(task.micropipUrl), "wheel");
    return async (timed) => {
      const micropip = await timed("import", () => pyodide.pyimport("micropip"));
      const requirements = pyodide.toPy(task.requirements);
      await timed("install", () => micropip.install.callKwargs(requirements, { index_urls: `${task.indexUrl}{package_name}/` }));
      return null;
    };
  },
};

/** How large the heap of WebAssembly is, which never shrinks. */
function heapSize(pyodide) {
  return pyodide._module.HEAP8.length;
}

function takePhases(pyodide) {
  return JSON.parse(
    pyodide.runPython(`
import json
json.dumps(phases.stop() if "phases" in globals() else None)
`),
  );
}

function listInstalled(pyodide) {
  return JSON.parse(
    pyodide.runPython(`
import importlib.metadata, json, re
json.dumps({re.sub(r"[-_.]+", "-", one.name).lower(): one.version for one in importlib.metadata.distributions()})
`),
  );
}
