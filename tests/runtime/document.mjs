// Runs Python in one Pyodide, step by step, and prints what came of each. The standard input has, as JSON, the index to
// ask, and the steps: `{ source, isExample }`, of which examples show what their last line is, as a prompt does.
import { readFileSync } from "node:fs";
import { loadPyodide } from "../../.cache/stock/pyodide.mjs";
import { attach } from "../../js/dist/index.js";

const STEP = `
import contextlib, io, json, traceback
from pyodide.code import eval_code_async

names = {"__name__": "__main__"}

async def step(source, is_example):
    said = io.StringIO()
    error = ""
    with contextlib.redirect_stdout(said):
        try:
            value = await eval_code_async(source, names)
            if is_example and value is not None:
                print(repr(value))
        except Exception as raised:
            error = "".join(traceback.format_exception_only(raised))
    return json.dumps({"said": said.getvalue(), "error": error})

step
`;

const { indexUrl, steps } = JSON.parse(readFileSync(0, "utf8"));
const pyodide = await loadPyodide({ stdout: console.error });
await attach(pyodide, { indexUrls: [indexUrl] });
const step = pyodide.runPython(STEP, { globals: pyodide.toPy({}) });
const outcomes = [];
for (const { source, isExample } of steps) outcomes.push(JSON.parse(await step(source, isExample)));
console.log(JSON.stringify(outcomes));
