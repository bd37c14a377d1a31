// Front ends in which users write Python alone: wherry comes as its wheel, and nothing calls attach().
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { inTab } from "./crashes.ts";
import { launch } from "./launch.ts";
import { LoopbackServer, serveFolders } from "./serving.ts";
import { DIST, ISOLATION, JS, PAGES, WHEELS } from "./surfaces.ts";
import { open } from "./visiting.ts";
import { readWheels, serveIndex } from "./wheel_index.ts";

const PACKAGES = join(JS, "node_modules");
const { version } = JSON.parse(readFileSync(join(JS, "package.json"), "utf8"));
const WHEEL = `/wheels/wherry-${version}-cp314-none-pyemscripten_2026_0_wasm32.whl`;
const FOLDERS = {
  "/@xterm/": join(PACKAGES, "@xterm"),
  "/pyodide/": join(PACKAGES, "pyodide"),
  "/pyscript/": join(PACKAGES, "@pyscript", "core", "dist"),
  "/wheels/": join(DIST, "wheels"),
  "/": join(PAGES, "..", "front_ends"),
};

const held = new AsyncDisposableStack();
let browser: Browser;
let site: LoopbackServer;
let indexUrl: string;

const inPage = (body: (page: Page) => Promise<void>) => inTab(() => browser, body);

before(async () => {
  const { server, urls } = await serveIndex(readWheels(...WHEELS));
  held.use(server);
  indexUrl = urls.open;
  const folder = mkdtempSync(join(tmpdir(), "wherry-console-"));
  held.defer(() => rmSync(folder, { recursive: true }));
  site = held.use(await serveFolders({ "/pyodide/console-v2.html": copyConsole(folder), ...FOLDERS }, ISOLATION));
  browser = await launch("chromium");
  held.defer(() => browser.close());
});

after(() => held.disposeAsync());

test("PyScript: its page and its worker install, with await, without, and at an import", inPage(async (page) => {
  const config = {
    interpreter: "/pyodide/pyodide.mjs",
    files: { [WHEEL]: "/lib/python3.14/site-packages/*" },
    // npm's Pyodide has no packages beside it.
    install: { index_urls: [indexUrl], prefer: "index" },
  };
  const visited = await open(page, `${site.origin}/pyscript.html?${encodeURIComponent(JSON.stringify(config))}`);
  for (const place of ["page", "worker"]) {
    await visited.shows("body", `${place}: Installed: idna 3.20, then ['annotated-types 0.8.0', 'idna 3.20', 'sortedcontainers 2.4.0']`);
  }
}));

test("Pyodide's own console: wherry installs with await, without, and at an import", inPage(async (page) => {
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(`${site.origin}/pyodide/console-v2.html`);
  await shows(page, />>>$/);
  await page.focus(".xterm-helper-textarea");
  /** Types a line, and waits for the next prompt. */
  const run = async (line: string) => {
    await page.keyboard.type(`${line}\n`);
    await shows(page, /\n>>>$/);
  };
  await run("from pyodide_js import loadPackage");
  await run(`_ = await loadPackage("${WHEEL}")`);
  await run("import wherry");
  await run(`options = {"prefer": "index", "index_urls": ["${indexUrl}"]}`);
  await run(`await wherry.install("idna", **options)`);
  await shows(page, /^Installed +idna +3\.20$/m);
  await run(`wherry.install_sync("sortedcontainers", **options)`);
  await shows(page, /^Installed +sortedcontainers +2\.4\.0$/m);
  await run("_ = wherry.autoload(**options)");
  await run("import annotated_types");
  await shows(page, /^Installed: annotated-types 0\.8\.0$/m);
  await run("annotated_types.__version__");
  await shows(page, /^'0\.8\.0'$/m);
  await run("import silent_partner");
  // One traceback, not that of the installation besides.
  await shows(page, /silent_partner\nTraceback [^]*\nModuleNotFoundError: No module named 'silent_partner': autoload\(\) did not install it/);
  assert.equal((await page.evaluate(screen)).split("Traceback").length, 2);
}));

/** Copies the page of the console, which takes its terminal from a CDN, with addresses of this site in its place. */
function copyConsole(folder: string): string {
  const text = readFileSync(join(PACKAGES, "pyodide", "console-v2.html"), "utf8");
  const file = join(folder, "console-v2.html");
  writeFileSync(file, text.replaceAll(/"https:[^"]+\/(@xterm\/[^@"]+)@[^/"]+\//g, '"/$1/'));
  return file;
}

/** Returns the text of the terminal; it runs in the page. */
function screen(): string {
  const rows = [...document.querySelectorAll(".xterm-rows > div")];
  return rows.map((row) => (row.textContent ?? "").replaceAll("\u00a0", " ").trimEnd()).join("\n").trimEnd();
}

/** Waits until the text of the terminal matches. */
async function shows(page: Page, expected: RegExp): Promise<void> {
  const matches = `new RegExp(${JSON.stringify(expected.source)}, "${expected.flags}").test((${screen})())`;
  await page.waitForFunction(matches, { polling: 50 }).catch(async (cause) => {
    throw new Error(`The console does not show ${expected}, but:\n${await page.evaluate(screen)}`, { cause });
  });
}
