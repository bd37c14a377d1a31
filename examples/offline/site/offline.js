// An import map would be inline in the page, which its policy forbids; so these imports have URLs.
import { loadPyodide } from "./packages/pyodide/pyodide.mjs";
import { attach } from "./packages/wherry/index.js";

const show = (selector, text) => (document.querySelector(selector).textContent = text);

try {
  const loading = loadPyodide();
  // The service worker keeps the packages. Without `cache: false`, wherry would keep them a second time.
  const wherry = await attach(loading, { lock: "packages/pylock.toml", cache: false });
  const pyodide = await loading;
  const installed = await wherry.installed();
  show("[role=status]", installed.map(({ name, version }) => `${name} ${version}`).join(", "));
  show("output", pyodide.runPython(`
from pydantic import TypeAdapter
str(TypeAdapter(list[int]).validate_python(["1613", "1829"]))`));
} catch (error) {
  show("[role=status]", error.message);
}

// Afterwards, so that the page and its worker do not load the same files at the same time.
try {
  await navigator.serviceWorker.register("service-worker.js");
  await navigator.serviceWorker.ready;
  show("#kept", "This page also opens without a network.");
} catch (error) {
  show("#kept", `This page needs a network: ${error.message}`);
}
