// Measures the start of wherry in a page, a worker or Node.js: `measure(pyodide's folder, wherry's folder)`.

/** Returns milliseconds, in a fresh Pyodide, from the one just started. */
export async function measure(pyodideFolder, wherryFolder) {
  const { loadPyodide } = await import(new URL("pyodide.mjs", pyodideFolder).href);
  const { attach } = await import(new URL("index.js", wherryFolder).href);
  const pyodide = await loadPyodide();
  const clock = stopwatch();
  const installer = await attach(pyodide, { indexUrls: ["data:,"] });
  const attached = clock();
  pyodide.runPython("import wherry");
  const imported = clock();
  // This index serves no pages, so that only the imports and checks before resolving remain.
  await installer.resolve("absent").catch(() => {});
  return { attach: attached, "import wherry": imported, "first resolve()": clock() };
}

function stopwatch() {
  let last = performance.now();
  return () => {
    const elapsed = performance.now() - last;
    last += elapsed;
    return elapsed;
  };
}
