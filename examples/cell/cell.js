// Run cells as a notebook does: with top-level `await`, showing the printed output and the value of the last line.
import { loadPyodide } from "pyodide";
import { attach } from "wherry";

const form = document.querySelector("form");
const button = form.querySelector("button");
const log = document.querySelector("[role=log]");

const show = (line) => log.append(`${line}\n`);
const pyodide = await loadPyodide({ stdout: show, stderr: show });
// From here on `import wherry` works in Python, and cells need no JavaScript.
await attach(pyodide);
const repr = pyodide.runPython("repr");

async function runCell(code) {
  const value = await pyodide.runPythonAsync(code);
  if (value === undefined) return;
  show(repr(value));
  // Python objects are kept alive until JavaScript releases them.
  if (value instanceof pyodide.ffi.PyProxy) value.destroy();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  // A PythonError's message is the traceback, as a notebook shows it.
  await runCell(form.code.value).catch((error) => show(error.message));
  button.disabled = false;
});
button.disabled = false;
