// Workers have no import map, so these imports have URLs. `npm install` puts both packages beside this file; Pyodide can
// come from its CDN instead. With a bundler, use the names "pyodide" and "wherry".
import { loadPyodide } from "./node_modules/pyodide/pyodide.mjs";
import { attach } from "./node_modules/wherry/dist/index.js";

async function start() {
  const pyodide = await loadPyodide();
  const wherry = await attach(pyodide);
  await wherry.install(["sortedcontainers", "msgpack"], {
    // Events and reports are plain objects, which a worker can post.
    onProgress: (event) => postMessage({ kind: "progress", ...event }),
  });
  return pyodide.runPython(`
import ast, msgpack
from sortedcontainers import SortedList

def sort_and_pack(words):
    ordered = list(SortedList(ast.literal_eval(words)))
    return f"{ordered} is {msgpack.packb(ordered).hex(' ')} in MessagePack"

sort_and_pack`);
}

try {
  const sortAndPack = await start();
  addEventListener("message", ({ data }) => {
    try {
      postMessage({ kind: "answer", text: sortAndPack(data) });
    } catch (error) {
      postMessage({ kind: "answer", text: error.message.trim().split("\n").at(-1) });
    }
  });
  postMessage({ kind: "ready" });
} catch (error) {
  // Errors lose their own fields in messages; send the needed ones.
  postMessage({ kind: "problem", message: error.message, code: error.code });
}
