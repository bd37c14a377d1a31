// Installs the packages that PyScript's configuration lists as "wherry". The page and its workers import this module.
import { attach } from "./node_modules/wherry/dist/index.js";

/** Its parameter is PyScript's: Pyodide, and the configuration. */
export async function install({ interpreter: pyodide, config }) {
  const tell = (text) => new BroadcastChannel("wherry").postMessage(text);
  try {
    const wherry = await attach(pyodide);
    await wherry.install(config.wherry ?? [], {
      onProgress({ phase, message }) {
        tell(phase === "done" ? "Ready" : message);
        if (phase === "done") console.info(message);
      },
    });
  } catch (error) {
    // The errors of wherry are readable: they name the failure, its place, and the way out.
    tell(error.message);
    throw error;
  }
}
