// Installs the requirement of argv[4] from the index of argv[3] into the Pyodide of argv[2], and prints what came of it.
import { attach } from "../../js/dist/index.js";

const [, , pyodideEntry, indexUrl, requirement] = process.argv;
const { loadPyodide } = await import(pyodideEntry);
const pyodide = await loadPyodide({ stdout: console.error });
await attach(pyodide, { indexUrls: [indexUrl] });
const outcome = await pyodide.runPythonAsync(
  `
import json, sys, sysconfig
from importlib import import_module, metadata
import wherry

report = await wherry.install(requirement, prefer="index")
module = import_module(requirement)
json.dumps({
    "python": sys.version_info[:2],
    "abi": sysconfig.get_config_var("PYEMSCRIPTEN_ABI_VERSION"),
    "installed": {d.name: d.version for d in metadata.distributions()},
    "file": module.__file__,
})
`,
  { globals: pyodide.toPy({ requirement }) },
);
console.log(outcome);
