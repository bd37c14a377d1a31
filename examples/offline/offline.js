// An import map would stand inline in the page, which its policy forbids: so addresses stand here.
import { loadPyodide } from "./node_modules/pyodide/pyodide.mjs";
import { attach } from "./node_modules/wherry/dist/index.js";

const status = document.querySelector("[role=status]");
const output = document.querySelector("output");

/** Returns the addresses of the wheels that wheels.txt names, one a line. */
async function listWheels() {
  const response = await fetch("wheels/wheels.txt");
  if (!response.ok) throw new Error(`wheels/wheels.txt: HTTP status ${response.status}`);
  const names = (await response.text()).split("\n").filter(Boolean);
  return names.map((name) => new URL(`wheels/${name}`, document.baseURI).href);
}

try {
  const pyodide = await loadPyodide();
  const wherry = await attach(pyodide);
  // What all of them require is among them: so no index is asked. Were something missing, the policy would stop the
  // request, and the error would name the project.
  const { installed } = await wherry.install(await listWheels());
  status.textContent = installed.map(({ name, version }) => `${name} ${version}`).join(", ");
  output.textContent = pyodide.runPython(`
from pydantic import TypeAdapter
str(TypeAdapter(list[int]).validate_python(["1613", "1829"]))`);
} catch (error) {
  status.textContent = error.message;
}
