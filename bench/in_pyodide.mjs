// Runs a bench in Pyodide, over the bundle as users have it, and prints its results as JSON:
// `node in_pyodide.mjs deciding.py`.
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const js = new URL("../js/", import.meta.url);
const { loadPyodide } = await import(new URL("node_modules/pyodide/pyodide.mjs", js).href);
const { attach } = await import(new URL("dist/index.js", js).href);

const [, , file] = process.argv;
const pyodide = await loadPyodide();
await attach(pyodide);
const name = basename(file, ".py");
pyodide.FS.writeFile(`/home/pyodide/${name}.py`, readFileSync(file));
console.log(pyodide.runPython(`import json, ${name}\njson.dumps(${name}.measure())`));
