// Installs the requirement of argv[4] from the index of argv[3] into the Pyodide of argv[2], and prints what came of it.
// argv[5] may be a wheel of wherry, to be used without attach().
import { readFileSync } from "node:fs";
import { attach } from "../../js/dist/index.js";

const [, , pyodideEntry, indexUrl, requirement, wheel] = process.argv;
const { loadPyodide } = await import(pyodideEntry);
const pyodide = await loadPyodide({ stdout: console.error });
if (wheel) {
  const extractDir = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  pyodide.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel", { extractDir });
} else await attach(pyodide);
const outcome = await pyodide.runPythonAsync(
  `
import json, sys, sysconfig
from importlib import import_module, metadata
import wherry

report = await wherry.install(requirement, prefer="index", index_urls=[index_url])
module = import_module(requirement)
json.dumps({
    "python": sys.version_info[:2],
    "abi": sysconfig.get_config_var("PYEMSCRIPTEN_ABI_VERSION"),
    "installed": {d.name: d.version for d in metadata.distributions()},
    "file": module.__file__,
})
`,
  { globals: pyodide.toPy({ requirement, index_url: indexUrl }) },
);
console.log(outcome);
