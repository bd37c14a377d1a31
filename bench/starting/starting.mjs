// Measures the start of wherry in a page, a worker or Node.js.

/** In a worker, measures for each message. */
if (globalThis.WorkerGlobalScope) {
  self.onmessage = ({ data }) => measure(...data).then(postMessage, (error) => postMessage({ error: `${error}` }));
}

/**
 * Returns milliseconds, in a fresh Pyodide, from the one just started. `way` is "attach", or "wheel" for wherry's wheel
 * without attach(). The others are addresses: of Pyodide's and wherry's folders, of wherry's wheel and of one to install.
 */
export async function measure(way, pyodideFolder, wherryFolder, wheel, other) {
  const { loadPyodide } = await import(new URL("pyodide.mjs", pyodideFolder).href);
  const { attach } = way === "attach" ? await import(new URL("index.js", wherryFolder).href) : {};
  const archive = way === "wheel" && (await read(wheel));
  const pyodide = await loadPyodide();
  const extractDir = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  const clock = stopwatch();
  if (attach) await attach(pyodide);
  else pyodide.unpackArchive(archive, "wheel", { extractDir });
  const begun = clock();
  pyodide.runPython("import wherry");
  const imported = clock();
  pyodide.runPython("wherry.installed()");
  const made = clock();
  await pyodide.runPythonAsync(`await wherry.install(${JSON.stringify(other)})`);
  return { [attach ? "attach" : "unpack"]: begun, "import wherry": imported, installer: made, "first install": clock() };
}

async function read(address) {
  if (!address.startsWith("file:")) return (await fetch(address)).arrayBuffer();
  const { readFile } = await import("node:fs/promises");
  return new Uint8Array(await readFile(new URL(address)));
}

function stopwatch() {
  let last = performance.now();
  return () => {
    const elapsed = performance.now() - last;
    last += elapsed;
    return elapsed;
  };
}
