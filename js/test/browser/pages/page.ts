// Plays the scenes in a page, or with `#worker` in the URL, in a worker.
import type { IndexUrls } from "../wheel_index.ts";
import { type SceneName, scenes, setStage } from "./scenes.ts";

declare global {
  /** Plays a scene. Returns JSON, which every driver of a browser keeps unchanged. */
  var play: (name: SceneName) => Promise<string>;
  var begin: (urls: IndexUrls) => Promise<void>;
}

if (location.hash === "#worker") playInWorker(new Worker(new URL("worker.ts", import.meta.url), { type: "module" }));
else playHere();

function playHere(): void {
  globalThis.begin = async (urls) => {
    // By the name in the page's import map.
    const [{ loadPyodide }, wherry] = await Promise.all([import("pyodide"), import("wherry")]);
    const stage = await setStage(loadPyodide, wherry, urls);
    globalThis.play = async (name) => JSON.stringify(await scenes[name](stage));
  };
}

function playInWorker(worker: Worker): void {
  const ask = (message: object) =>
    new Promise<string>((resolve, reject) => {
      worker.onmessage = ({ data }) => ("problem" in data ? reject(new Error(data.problem)) : resolve(data.told));
      worker.onerror = ({ message }) => reject(new Error(`the worker does not run: ${message}`));
      worker.postMessage(message);
    });
  globalThis.begin = async (urls) => void (await ask({ urls }));
  globalThis.play = (name) => ask({ name });
}
