// What a notebook does with a cell: runs it with `await` at the top, shows what it prints, and what its last line is.
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
  // What stays an object of Python's is held until JavaScript lets it go.
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
