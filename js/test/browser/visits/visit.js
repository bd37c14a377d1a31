import { loadPyodide } from "/pyodide/pyodide.mjs";
import { attach } from "/wherry/index.js";

/** Whether Python finds bytecode of an imported module. */
const HAS_BYTECODE = "import msgpack, os; os.path.exists(msgpack.__cached__)";

/** Attaches with the options, and installs the requirements, if there are any. */
export async function visit({ options, requirements, clears }) {
  try {
    const pyodide = await loadPyodide();
    const wherry = await attach(pyodide, options);
    const report = requirements && (await wherry.install(requirements));
    const names = (await wherry.installed()).map(({ name }) => name);
    const hasBytecode = pyodide.runPython(HAS_BYTECODE);
    if (clears) await wherry.cache.clear();
    // Waits until everything is written.
    const size = await wherry.cache.size;
    const warnings = [...wherry.reports, ...(report ? [report] : [])].flatMap(({ warnings }) => warnings);
    return { names, size, hasBytecode, warnings };
  } catch (error) {
    return { error: `${error}` };
  }
}
