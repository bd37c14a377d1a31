// Installs what argv[4], a JSON list, requires from the index of argv[3] into the host's folder argv[2], which is mounted
// as site-packages, and prints the report's warnings; where it requires nothing, it only attaches. With argv[5] the
// process kills itself before the first "os.rename path" or "os.remove path" that ends so.
import { loadPyodide } from "../../js/node_modules/pyodide/pyodide.mjs";
import { attach } from "../../js/dist/index.js";

const [, , folder, indexUrl, requirements, end = ""] = process.argv;
const pyodide = await loadPyodide({ stdout: console.error });
pyodide.mountNodeFS("/lib/python3.14/site-packages", folder);
const wherry = await attach(pyodide, { indexUrls: [indexUrl] });
if (end) {
  pyodide.runPython(
    `
import sys

def hook(event, arguments):
    if event in ("os.rename", "os.remove"):
        if any(f"{event} {path}".endswith(end) for path in arguments):
            kill()

sys.addaudithook(hook)
`,
    { globals: pyodide.toPy({ end, kill: () => process.kill(process.pid, "SIGKILL") }) },
  );
}
const wanted = JSON.parse(requirements);
const { warnings } = wanted.length ? await wherry.install(wanted) : { warnings: [] };
console.log(JSON.stringify(warnings));
