// Plays the scenes in Deno. It reads their names and writes their results line by line.
import { createInterface } from "node:readline";
import { loadPyodide } from "pyodide";
import { type SceneName, scenes, setStage } from "./pages/scenes.ts";

const [indexURL = "", urlsJson = ""] = process.argv.slice(2);
const wherry: typeof import("../../src/index.ts") = await import(new URL("../../dist/index.js", import.meta.url).href);
const stage = await setStage(() => loadPyodide({ indexURL }), wherry, JSON.parse(urlsJson));

for await (const name of createInterface(process.stdin)) {
  console.log(JSON.stringify(await scenes[name as SceneName](stage)));
}
