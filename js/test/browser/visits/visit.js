import { loadPyodide } from "/pyodide/pyodide.mjs";
import { attach } from "/wherry/index.js";

/** Whether Python finds bytecode of an imported module. */
const HAS_BYTECODE = "import msgpack, os; os.path.exists(msgpack.__cached__)";

/** Installs by Python alone, without attach(). */
const INSTALL = `
import json, wherry
report = await wherry.install(requirements.split(), index_urls=[index_url])
json.dumps([[one.name for one in wherry.installed()], list(report.warnings)])`;

/** Loads wherry's wheel, and installs the requirements by it. */
async function visitByWheel(pyodide, { wheel, options, requirements }) {
  await pyodide.loadPackage(wheel);
  const globals = pyodide.toPy({ requirements: requirements.join(" "), index_url: options.indexUrls });
  const [names, warnings] = JSON.parse(await pyodide.runPythonAsync(INSTALL, { globals }));
  return { names, warnings, hasBytecode: pyodide.runPython(HAS_BYTECODE) };
}

/** Attaches with the options, and installs the requirements, if there are any. With a wheel, does the same without attach(). */
export async function visit(given) {
  const { options, requirements, clears } = given;
  try {
    const pyodide = await loadPyodide();
    if (given.wheel) return await visitByWheel(pyodide, given);
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
