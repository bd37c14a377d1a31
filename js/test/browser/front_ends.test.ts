// Front ends in which users write Python alone: wherry comes as its wheel, and nothing calls attach().
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import type { Browser, Page } from "puppeteer-core";
import { standIn } from "./cdn.ts";
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
  const folder = mkdtempSync(join(tmpdir(), "wherry-front-ends-"));
  held.defer(() => rmSync(folder, { recursive: true }));
  const made = { "/pyodide/console-v2.html": copyConsole(folder), "/locked/": await lockPyodide(folder) };
  site = held.use(await serveFolders({ ...made, ...FOLDERS }, ISOLATION));
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

test("PyScript: with a lock whose micropip is wherry, its packages come by wherry, on the next visit from what it kept", inPage(async (page) => {
  const config = { interpreter: "/locked/pyodide.mjs", packages: ["idna>=3.20", "opentelemetry-api"], index_urls: [indexUrl] };
  const visited = await open(page, `${site.origin}/packages.html?${encodeURIComponent(JSON.stringify(config))}`);
  await visited.shows("body", "idna 3.20, opentelemetry-api 1.45.2 by wherry");
  await page.reload();
  await visited.shows("body", "idna 3.20, opentelemetry-api 1.45.2 kept");
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

/** Makes Pyodide with a lock whose micropip is wherry, and with the wheels of the tests in the place of its CDN. */
async function lockPyodide(folder: string): Promise<string> {
  const locked = join(folder, "locked");
  cpSync(join(PACKAGES, "pyodide"), locked, { recursive: true });
  const lock = join(locked, "pyodide-lock.json");
  const command = [join(DIST, "cli.js"), "lock", "--format", "pyodide-lock", "--as-micropip", "-o", lock];
  await promisify(execFile)(process.execPath, command, { env: { ...process.env, WHERRY_CACHE_DIR: join(folder, "cache") } });
  const beside = readFileSync(lock, "utf8").replaceAll(/"https:[^"]+\//g, '"');
  const { files, lock: standIns } = standIn(JSON.parse(beside), readWheels(...WHEELS));
  for (const [name, content] of files) writeFileSync(join(locked, name), content);
  writeFileSync(lock, JSON.stringify(standIns));
  return locked;
}

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
