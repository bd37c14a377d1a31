// One visit of a page or a worker: Pyodide is loaded, packages are installed, and modules are imported.

/** Milliseconds between two looks at the cache, and how long it must not change to be at rest. */
const LOOK = 1000;
const REST = 12_000;
/** Milliseconds after which a cache that still changes is not waited for. */
const PATIENCE = 120_000;

/**
 * Installs with `task.client`, imports `task.modules`, and returns the times and sizes.
 *
 * `seconds` has `loading` until Pyodide is there, and from then on `installing` and `importing`. Whatever a client does
 * while Pyodide is loading counts as loading. micropip's wheel is in place before. `readCpu` returns the
 * processor time of this process in seconds; `cpu` has that of `installing` and `importing`.
 */
export async function visit(task, { readCpu }) {
  const marks = [performance.now()];
  const processor = [];
  const mark = async () => {
    processor.push(await readCpu());
    marks.push(performance.now());
  };
  const { loadPyodide } = await import(task.pyodideUrl);
  const client = CLIENTS[task.client];
  // The script of a client is there before Pyodide is, as in a page.
  const script = client.needs ? await import(task[client.needs]) : undefined;
  const loading = loadPyodide({
    lockFileContents: JSON.stringify(task.lock),
    packageBaseUrl: task.packageBaseUrl,
    stdout: () => {},
    ...(task.packageCacheDir && { packageCacheDir: task.packageCacheDir }),
  });
  const begun = client.begin?.(loading, task, script);
  // Its failure is reported below.
  begun?.catch(() => {});
  const pyodide = await loading;
  const prepared = await client.prepare?.(pyodide, task);
  await mark();
  const installer = await (begun ?? client.install(pyodide, task, prepared));
  await mark();
  await pyodide.runPythonAsync(`import ${task.modules}`);
  await mark();
  const [loaded, installed, imported] = spans(marks);
  const [installingCpu, importingCpu] = spans(processor);
  return {
    seconds: { loading: loaded / 1000, installing: installed / 1000, importing: imported / 1000 },
    cpu: { installing: installingCpu, importing: importingCpu },
    heap: pyodide._module.HEAP8.length,
    installed: listInstalled(pyodide),
    cached: await (task.rests ? cacheAtRest : sizeOf)(installer?.cache),
  };
}

/** How each client is used: what runs beside the loading of Pyodide, or what runs after it. */
const CLIENTS = {
  /** wherry with a list of packages, which prefers the index, as micropip does once it is given one. */
  list: attaching((task) => ({
    indexUrls: [task.indexUrl],
    preload: { requirements: task.requirements, prefer: "index" },
  })),
  /** wherry with a lock; that of a bundle is one. */
  lock: attaching((task) => ({ lock: task.lockUrl })),
  bundle: attaching((task) => ({ lock: task.lockUrl })),
  strict: attaching((task) => ({ lock: task.lockUrl, strict: true })),

  /** micropip as its documentation has it. */
  micropip: {
    prepare: async (pyodide, task) => pyodide.unpackArchive(await readBytes(task.micropipUrl), "wheel"),
    async install(pyodide, task) {
      const micropip = pyodide.pyimport("micropip");
      const requirements = pyodide.toPy(task.requirements);
      await micropip.install.callKwargs(requirements, { index_urls: `${task.indexUrl}{package_name}/` });
    },
  },

  /** Pyodide's own unpacking of the same wheels, which writes all files. */
  unpacked: {
    prepare: (_, task) => Promise.all(task.wheelUrls.map(readBytes)),
    async install(pyodide, _, wheels) {
      for (const wheel of wheels) pyodide.unpackArchive(wheel, "wheel");
      pyodide.runPython("import importlib; importlib.invalidate_caches()");
    },
  },
};

function attaching(options) {
  return {
    needs: "wherryUrl",
    begin: (loading, task, { attach }) => attach(loading, options(task)),
  };
}

async function readBytes(url) {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

function spans(marks) {
  return marks.slice(1).map((moment, index) => moment - marks[index]);
}

/** Waits until the cache has not changed for a while, and returns its size in bytes; null if there is no cache. */
async function cacheAtRest(cache) {
  const started = performance.now();
  let size = null;
  let changed = started;
  while (performance.now() - changed < REST && performance.now() - started < PATIENCE) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const now = await sizeOf(cache);
    if (now !== size) changed = performance.now();
    size = now;
  }
  return size;
}

/** Returns the size of a cache in bytes; null if there is none. */
async function sizeOf(cache) {
  return cache ? cache.size : null;
}

function listInstalled(pyodide) {
  return JSON.parse(
    pyodide.runPython(`
import importlib.metadata, json, re
json.dumps({re.sub(r"[-_.]+", "-", one.name).lower(): one.version for one in importlib.metadata.distributions()})
`),
  );
}
