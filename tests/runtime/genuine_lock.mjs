// Resolves the requirements of argv[4] (JSON), one by one, over the genuine lock of the Pyodide of argv[2] and the index
// of argv[3], and prints the answers.
import { attach } from "../../js/dist/index.js";

const [, , pyodideEntry, indexUrl, requirements] = process.argv;
const { loadPyodide } = await import(pyodideEntry);
const pyodide = await loadPyodide({ stdout: console.error });
await attach(pyodide, { indexUrls: [indexUrl] });
const outcome = await pyodide.runPythonAsync(
  `
import json
import wherry

async def answer(requirement):
    try:
        resolution = await wherry.resolve(requirement)
    except wherry.WherryError as error:
        return str(error)
    return {"pins": resolution.pins, "warnings": resolution.warnings}

json.dumps({requirement: await answer(requirement) for requirement in json.loads(requirements)})
`,
  { globals: pyodide.toPy({ requirements }) },
);
console.log(outcome);
