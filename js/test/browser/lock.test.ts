// A page that installs a lock: its requests, and their order. The lock is made in Node.js.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadPyodide } from "pyodide";
import type { Browser, Page } from "puppeteer-core";
import { inTab } from "./crashes.ts";
import { BROWSERS, launch } from "./launch.ts";
import { serveFolders } from "./serving.ts";
import { DIST, PYODIDE, WHEELS } from "./surfaces.ts";
import { open } from "./visiting.ts";
import { readWheels, serveIndex } from "./wheel_index.ts";

const { attach }: typeof import("../../src/index.ts") = await import(new URL("../../dist/index.js", import.meta.url).href);

const PAGES = join(import.meta.dirname, "lock");
/** The part of Pyodide that arrives last. */
const LAST = "/pyodide/python_stdlib.zip";

const held = new AsyncDisposableStack();
let folder: string;
let indexOrigin: string;
/** Paths of the wheels in the lock. */
let wheels: string[];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wherry-lock-"));
  held.defer(() => rmSync(folder, { recursive: true }));
  const { server, urls } = await serveIndex(readWheels(...WHEELS));
  held.use(server);
  indexOrigin = server.origin;
  const installer = await attach(loadPyodide({ indexURL: PYODIDE }), { indexUrls: urls.open });
  const lock = await installer.lock("msgpack", "pydantic");
  writeFileSync(join(folder, "pylock.toml"), lock);
  wheels = [...lock.matchAll(/https?:[^"']+\.whl/g)].map(([url]) => new URL(url).pathname).sort();
  assert.equal(wheels.length, 6);
});

after(() => held.disposeAsync());

for (const name of BROWSERS) describe(name, () => visitAll(() => launch(name)));

function visitAll(start: () => Promise<Browser>): void {
  let browser: Browser;
  const inPage = (body: (page: Page) => Promise<void>) => inTab(() => browser, body);

  before(async () => {
    browser = await start();
  });

  after(() => browser?.close());

  for (const [file, phases] of [["attach.html", "loading downloading placing done: "], ["preload.html", ""]] as const) {
    test(`${file}: each file is requested once, while Pyodide is loading`, inPage(async (page) => {
      const asked: string[] = [];
      let release = () => {};
      const all = new Promise<void>((resolve) => (release = resolve));
      page.on("request", (request) => {
        const { origin, pathname } = new URL(request.url());
        if (origin !== indexOrigin && pathname !== "/pylock.toml") return;
        asked.push(pathname);
        if (asked.length === wheels.length + 1) release();
      });
      const folders = { "/pyodide/": PYODIDE, "/wherry/": DIST, "/pylock.toml": join(folder, "pylock.toml"), "/": PAGES };
      // Pyodide cannot start before everything is on its way.
      await using site = await serveFolders(folders, {}, async (path) => {
        if (path === LAST) await all;
      });
      const visited = await open(page, `${site.origin}/${file}`);
      await visited.shows("output", `${phases}annotated-types msgpack pydantic pydantic-core`);
      assert.equal(asked[0], "/pylock.toml");
      assert.match(asked[1] ?? "", /pydantic_core/, "the largest does not come first");
      assert.deepEqual(asked.slice(1).sort(), wheels);
      assert.deepEqual([...new Set(visited.elsewhere)], [indexOrigin]);
    }));
  }
}
