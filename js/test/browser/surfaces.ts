// The supported places. Each plays scenes in a runtime of its own until it is disposed of.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser } from "puppeteer-core";
import { guard, TabCrashed } from "./crashes.ts";
import { type BrowserName, findProgram, launch, openPage } from "./launch.ts";
import type { Played, SceneName, Stage } from "./pages/scenes.ts";
import { serveFolders } from "./serving.ts";
import { readWheels, serveIndex } from "./wheel_index.ts";

export const JS = join(import.meta.dirname, "..", "..");
export const CACHE = join(JS, "..", ".cache");
/** Pyodide with a distribution of two packages, created by `python -m tests.harness.distribution`. */
export const PYODIDE = join(CACHE, "distribution");
export const DIST = join(JS, "dist");
/** Headers with which a page is isolated from other origins; PyScript's workers need that. */
export const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
export const PAGES = join(import.meta.dirname, "pages");
export const WHEELS = ["newest", "older"].map((folder) => join(CACHE, "wheels", folder));

/** The projects that `msgpack` and `pydantic` need, sorted. */
export const MSGPACK_AND_PYDANTIC = [
  "annotated-types",
  "msgpack",
  "pydantic",
  "pydantic-core",
  "typing-extensions",
  "typing-inspection",
];

export interface Surface extends AsyncDisposable {
  play<Name extends SceneName>(name: Name): Promise<Played<Name>>;
}

export type Place = "page" | "worker";
export const PLACES: readonly Place[] = ["page", "worker"];

/**
 * Opens the page of the scenes. `policy` returns a Content-Security-Policy for the index's origin.
 *
 * If a tab crashes, a new tab plays the earlier scenes again, once.
 */
export async function openBrowser(name: BrowserName, place: Place, policy?: (index: string) => string): Promise<Surface> {
  const open = () => openTab(name, place, policy);
  let isFirst = true;
  function forgive(crash: unknown): void {
    if (!(crash instanceof TabCrashed) || !isFirst) throw crash;
    isFirst = false;
    console.warn(`${name}, ${place}: ${crash.message} Once more.`);
  }
  let tab = await open().catch((error) => {
    forgive(error);
    return open();
  });
  const played: SceneName[] = [];
  return {
    async play<Name extends SceneName>(scene: Name): Promise<Played<Name>> {
      const told = await tab.play(scene).catch(async (error) => {
        forgive(error);
        await tab[Symbol.asyncDispose]();
        tab = await open();
        for (const before of played) await tab.play(before);
        return await tab.play(scene);
      });
      played.push(scene);
      return told;
    },
    [Symbol.asyncDispose]: () => tab[Symbol.asyncDispose](),
  };
}

async function openTab(name: BrowserName, place: Place, policy?: (index: string) => string): Promise<Surface> {
  await using held = new AsyncDisposableStack();
  const { server, urls } = await serveIndex(readWheels(...WHEELS));
  held.use(server);
  const headers: Record<string, string> = policy ? { "Content-Security-Policy": policy(server.origin) } : {};
  const folders = { "/pyodide/": PYODIDE, "/wherry/": DIST, "/": PAGES };
  const site = held.use(await serveFolders(folders, headers));
  const browser = held.adopt(await launch(name), (browser: Browser) => browser.close());
  const page = await openPage(browser);
  const guarded = guard(page);
  await guarded(page.goto(`${site.origin}/page.html${place === "worker" ? "#worker" : ""}`));
  await guarded(page.evaluate((urls) => globalThis.begin(urls), urls));
  const tab = held.move();
  return {
    play: async (name) => JSON.parse(await guarded(page.evaluate((name) => globalThis.play(name), name))),
    [Symbol.asyncDispose]: () => tab.disposeAsync(),
  };
}

export async function openNode(): Promise<Surface> {
  const { scenes, setStage } = await import("./pages/scenes.ts");
  const { loadPyodide } = await import("pyodide");
  const wherry: typeof import("../../src/index.ts") = await import(new URL("../../dist/index.js", import.meta.url).href);
  const { server, urls } = await serveIndex(readWheels(...WHEELS));
  const stage = await setStage(() => loadPyodide({ indexURL: PYODIDE }), wherry, urls);
  return {
    // As in browsers, results are JSON.
    play: async (name) => JSON.parse(JSON.stringify(await (scenes[name] as (stage: Stage) => Promise<any>)(stage))),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Deno, with the modules installed by npm. */
export async function openDeno(): Promise<Surface> {
  const held = new AsyncDisposableStack();
  const { server, urls } = await serveIndex(readWheels(...WHEELS));
  held.use(server);
  const options = ["run", "--no-config", "--node-modules-dir=manual", "--allow-env", "--allow-net", "--allow-read"];
  const script = join(import.meta.dirname, "deno.ts");
  const deno = spawn(findProgram("deno"), [...options, script, PYODIDE, JSON.stringify(urls)], { stdio: ["pipe", "pipe", "inherit"] });
  held.defer(async () => {
    deno.stdin.end();
    if (deno.exitCode === null) await once(deno, "exit");
  });
  const lines = createInterface(deno.stdout)[Symbol.asyncIterator]();
  return {
    async play(name) {
      deno.stdin.write(`${name}\n`);
      const { done, value } = await lines.next();
      if (done) throw new Error("Deno has ended; see its output above");
      return JSON.parse(value);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
