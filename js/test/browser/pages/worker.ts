// Plays the scenes in a module worker, which has no import map and imports by URL.
import type { IndexUrls } from "../wheel_index.ts";
import { type SceneName, scenes, setStage, type Stage } from "./scenes.ts";

type Message = { urls: IndexUrls } | { name: SceneName };

let stage: Stage;

self.onmessage = async ({ data }: MessageEvent<Message>) => {
  try {
    self.postMessage({ told: "urls" in data ? await begin(data.urls) : JSON.stringify(await scenes[data.name](stage)) });
  } catch (error) {
    self.postMessage({ problem: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) });
  }
};

async function begin(urls: IndexUrls): Promise<void> {
  const served = (path: string) => import(new URL(path, location.origin).href);
  const [{ loadPyodide }, wherry] = await Promise.all([served("/pyodide/pyodide.mjs"), served("/wherry/index.js")]);
  stage = await setStage(loadPyodide, wherry, urls);
}
