// A plugin of PyScript: packages are installed before the page's Python runs, and the page shows the progress.
import { hooks } from "./node_modules/@pyscript/core/dist/core.js";
import { install } from "./install.js";

hooks.main.onReady.add(install);

// PyScript sends the text of a worker's hook to the worker, which can import the module by its whole URL only.
const url = JSON.stringify(import.meta.resolve("./install.js"));
hooks.worker.onBeforeRunAsync.add(Function(`return async (wrap) => (await import(${url})).install(wrap)`)());

new BroadcastChannel("wherry").onmessage = ({ data }) => {
  document.querySelector("[role=status]").textContent = data;
};
