import { loadPyodide } from "/pyodide/pyodide.mjs";

/** Loads wherry's wheel, without attach(), and plays the scenes. Returns what they tell, by scene, and what the policy blocked. */
export async function play({ wheel, indexUrls, wheelUrl }) {
  const blocked = [];
  addEventListener("securitypolicyviolation", ({ effectiveDirective }) => blocked.push(effectiveDirective));
  try {
    const pyodide = await loadPyodide();
    await pyodide.loadPackage(wheel);
    const scenes = await (await fetch("scenes.py")).text();
    const globals = pyodide.toPy({ index_urls: indexUrls, wheel_url: wheelUrl });
    return { blocked, ...JSON.parse(await pyodide.runPythonAsync(scenes, { globals })) };
  } catch (error) {
    return { problem: String(error) };
  }
}
