import { loadPyodide } from "/pyodide/pyodide.mjs";
import { attach } from "/wherry/index.js";

/** Attaches with the options, and installs the requirements, if there are any. */
export async function visit({ options, requirements, clears }) {
  try {
    const pyodide = await loadPyodide();
    const wherry = await attach(pyodide, options);
    const report = requirements && (await wherry.install(requirements));
    const names = (await wherry.installed()).map(({ name }) => name);
    pyodide.runPython("import msgpack");
    if (clears) await wherry.cache.clear();
    // Waits until everything is written.
    const size = await wherry.cache.size;
    return { names, size, warnings: report?.warnings ?? [] };
  } catch (error) {
    return { error: `${error}` };
  }
}
