// A bundle with Pyodide and wherry: kept by a service worker, and opened from a disk.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Browser, Page } from "puppeteer-core";
import { makeWorker, placeWorker, planWorker, stageWorker } from "../../src/cli/bundle_worker.ts";
import { inTab } from "./crashes.ts";
import { BROWSERS, launch, openPage } from "./launch.ts";
import { serveFolders } from "./serving.ts";
import { DIST, WHEELS } from "./surfaces.ts";
import { open } from "./visiting.ts";
import { readWheels, serveIndex } from "./wheel_index.ts";

const execute = promisify(execFile);
const PACKED = "9101";

let folder: string;
let site: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wherry-bundle-"));
  site = join(folder, "site");
  cpSync(join(import.meta.dirname, "bundle"), site, { recursive: true });
  const { server, urls } = await serveIndex(readWheels(...WHEELS));
  await using _ = server;
  await wherry("lock", "--prefer", "index", "--index-url", urls.open, "-o", "pylock.toml", "msgpack");
  const worker = ["--service-worker", "site/service-worker.js", "--page", "site/index.html"];
  await wherry("bundle", "pylock.toml", "-o", "site/packages", "--from-disk", ...worker);
});

after(() => rmSync(folder, { recursive: true }));

function wherry(...args: string[]): Promise<unknown> {
  const env = { ...process.env, WHERRY_CACHE_DIR: join(folder, "cache") };
  return execute(process.execPath, [join(DIST, "cli.js"), ...args, "--quiet"], { cwd: folder, env });
}

for (const name of BROWSERS) describe(name, () => visitAll(() => launch(name)));

function visitAll(start: () => Promise<Browser>): void {
  let browser: Browser;
  const inPage = (body: (page: Page) => Promise<void>) => inTab(() => browser, body);

  before(async () => {
    browser = await start();
  });

  after(() => browser?.close());

  test("a second visit asks for the service worker alone, and needs no server", inPage(async (page) => {
    const asked: string[] = [];
    const host = await serveFolders({ "/path/": site }, {}, async (path) => void asked.push(path));
    const address = `${host.origin}/path/`;
    try {
      const first = await visitKept(page, address);
      assert.ok(asked.includes("/path/packages/pyodide/pyodide.asm.wasm"));
      asked.length = 0;
      const second = await visitKept(page, address);
      assert.deepEqual(asked.filter((path) => path !== "/path/service-worker.js"), []);
      assert.deepEqual([...first.elsewhere, ...second.elsewhere], []);
    } finally {
      await host[Symbol.asyncDispose]();
    }
    await visitKept(page, `${address}index.html?again`);
  }));

  test("a new bundle replaces the earlier one after its pages are closed", inPage(async (page) => {
    const own = join(folder, "changing");
    cpSync(site, own, { recursive: true });
    await using host = await serveFolders({ "/path/": own, "/outside/": own });
    const address = `${host.origin}/path/`;
    await visitKept(page, address);
    writeFileSync(join(own, "blank.html"), "<!doctype html><title>Another page</title>");
    const text = readFileSync(join(own, "index.html"), "utf8");
    writeFileSync(join(own, "index.html"), text.replace("First", "Second"));
    const plan = planWorker(join(own, "service-worker.js"), join(own, "packages"), [join(own, "index.html")]);
    placeWorker(stageWorker(plan.script, makeWorker(plan, plan.bundle).text), plan.script);

    const earlier = await visitKept(page, address);
    await earlier.shows("h1", "First");
    const hasWaiting = async (scope: string, expected: boolean) => {
      const registration = await navigator.serviceWorker.getRegistration(scope);
      return (registration?.waiting != null) === expected && registration?.installing == null;
    };
    await page.waitForFunction(hasWaiting, { polling: 100 }, "/path/", true);
    // A page of the same origin, which no worker serves.
    const outside = await openPage(page.browserContext());
    await outside.goto(`${host.origin}/outside/blank.html`);
    await page.close();
    await outside.waitForFunction(hasWaiting, { polling: 100 }, "/path/", false);
    const later = await visitKept(outside, address);
    await later.shows("h1", "Second");
    rmSync(own, { recursive: true });
  }));

  test("a page from a disk or a server starts with the same script", inPage(async (page) => {
    await using host = await serveFolders({ "/": site });
    for (const address of [pathToFileURL(join(site, "disk.html")).href, `${host.origin}/disk.html`]) {
      const visited = await open(page, address);
      await visited.shows("output", `msgpack /home/reader${PACKED}`);
      assert.deepEqual(visited.elsewhere, []);
    }
  }));

  test("a page from a disk names the script that is missing", inPage(async (page) => {
    const own = join(folder, "incomplete");
    cpSync(site, own, { recursive: true });
    rmSync(join(own, "packages", "scripts", "pyodide", "python_stdlib.zip.js"));
    const visited = await open(page, pathToFileURL(join(own, "disk.html")).href);
    await visited.shows("output", "python_stdlib.zip.js: the bundle is not complete");
    rmSync(own, { recursive: true });
  }));
}

/** Opens the page, and waits until its service worker keeps it. */
async function visitKept(page: Page, address: string) {
  const visited = await open(page, address);
  await visited.shows("output", PACKED);
  await visited.shows("#kept", "kept");
  return visited;
}
