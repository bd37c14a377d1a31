// An import map would be inline in the page, which its policy forbids; so these imports have URLs.
import { loadPyodide } from "./node_modules/pyodide/pyodide.mjs";
import { attach } from "./node_modules/wherry/dist/index.js";

const status = document.querySelector("[role=status]");
const output = document.querySelector("output");

/** Returns the URLs of the wheels in wheels.txt, which has one name per line. */
async function listWheels() {
  const response = await fetch("wheels/wheels.txt");
  if (!response.ok) throw new Error(`wheels/wheels.txt: HTTP status ${response.status}`);
  const names = (await response.text()).split("\n").filter(Boolean);
  return names.map((name) => new URL(`wheels/${name}`, document.baseURI).href);
}

try {
  const pyodide = await loadPyodide();
  const wherry = await attach(pyodide);
  // The wheels include all requirements, so no index is needed. If one were missing, the policy would block the request,
  // and the error would name the project.
  const { installed } = await wherry.install(await listWheels());
  status.textContent = installed.map(({ name, version }) => `${name} ${version}`).join(", ");
  output.textContent = pyodide.runPython(`
from pydantic import TypeAdapter
str(TypeAdapter(list[int]).validate_python(["1613", "1829"]))`);
} catch (error) {
  status.textContent = error.message;
}
