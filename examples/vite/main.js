import { loadPyodide } from "pyodide";
import { attach } from "wherry";

const status = document.querySelector("[role=status]");
const output = document.querySelector("output");

try {
  // `npm run dev` and `npm run build` copy Pyodide's own files into public/pyodide/. The packages of its distribution come
  // from its CDN.
  const pyodide = await loadPyodide({ indexURL: `${import.meta.env.BASE_URL}pyodide/` });
  const wherry = await attach(pyodide);
  const report = await wherry.install("msgpack", {
    onProgress: ({ phase, message }) => {
      status.textContent = phase === "done" ? "Ready" : message;
    },
  });
  for (const warning of report.warnings) console.info(warning);
  const { name, version } = report.installed[0];
  output.textContent = pyodide.runPython(`
import msgpack
f"${name} ${version}: {msgpack.packb({'Thames': [1613, 1829]}).hex(' ')}"`);
} catch (error) {
  status.textContent = error.message;
}
