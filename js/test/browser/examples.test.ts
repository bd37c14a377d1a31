// The unchanged examples, with npm's Pyodide and its lock; index and CDN are on loopback.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import type { Browser, Page } from "puppeteer-core";
import { createServer, preview } from "vite";
import { serveCdn, standIn } from "./cdn.ts";
import { inTab } from "./crashes.ts";
import { ExampleStage, readLock } from "./example_stage.ts";
import { BROWSERS, launch } from "./launch.ts";
import { ISOLATION, JS, WHEELS } from "./surfaces.ts";
import { open, visit } from "./visiting.ts";
import { readWheels, serveIndex } from "./wheel_index.ts";

const GENUINE = readLock();
const versionOf = (name: string) => GENUINE.packages[name]?.version;
const PACKED = `msgpack ${versionOf("msgpack")}: 81 a6 54 68 61 6d 65 73 92 cd 06 4d cd 07 25`;
const execute = promisify(execFile);

const held = new AsyncDisposableStack();
const stage = held.use(new ExampleStage());
const wheels = readWheels(...WHEELS);
const folders: Record<string, string> = {};

before(async () => {
  const { server, urls } = await serveIndex(wheels);
  held.use(server);
  const standIns = standIn(GENUINE, wheels);
  const cdn = held.use(await serveCdn(standIns));
  const distribution = { lock: standIns.lock, cdnUrl: `${cdn.origin}/` };
  for (const name of ["cell", "node", "offline", "preload", "preload-html", "pyscript", "react", "vite", "worker"]) {
    folders[name] = stage.put(name, distribution, urls.open);
  }
  const lacking = { lock: GENUINE, cdnUrl: `${cdn.origin}/missing/` };
  folders["lacking"] = stage.put("preload", lacking, urls.open, "lacking");
  for (const name of ["react", "vite"]) await runScript(name, "build");
  await runScript("offline", "build");
});

after(() => held.disposeAsync());

test("node: a script installs and imports", async () => {
  const { stdout, stderr } = await runScript("node", "start");
  assert.ok(stdout.includes(`asked for  msgpack ${versionOf("msgpack")}\n`), stdout);
  assert.ok(stdout.includes(`required   pydantic-core ${versionOf("pydantic-core")}\n`), stdout);
  assert.match(stdout, /^Crossing\(river='Thames', passengers=5\) took 26 bytes$/m);
  assert.match(stderr, /^Resolving /m);
});

for (const name of BROWSERS) describe(name, () => visitAll(() => launch(name)));

function visitAll(start: () => Promise<Browser>): void {
  let browser: Browser;
  const inPage = (body: (page: Page) => Promise<void>) => inTab(() => browser, body);

  before(async () => {
    browser = await start();
  });

  after(() => browser?.close());

  test("preload: the form works after the packages are installed", inPage(async (page) => {
    await using visited = await visit(page, folderOf("preload"));
    await visited.click("button:not(:disabled)");
    await visited.shows("output", "passengers: Input should be a valid integer");
    await visited.shows("[role=status]", "Ready");
  }));

  test("preload: if the CDN lacks a package, an index replaces it with a warning", inPage(async (page) => {
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    await using visited = await visit(page, folderOf("lacking"));
    await visited.click("button:not(:disabled)");
    await visited.shows("output", "passengers: Input should be a valid integer");
    assert.match(said.join("\n"), /Installed: .*pydantic 2\.14\.3.*\nWarning: Could not download Pyodide's own .*pydantic 2\.12\.5/);
  }));

  test("preload: if a policy blocks the CDN and the index, the error gives advice", inPage(async (page) => {
    const policy = { "Content-Security-Policy": "connect-src 'self'" };
    await using visited = await visit(page, folderOf("preload"), policy);
    await visited.shows("[role=status]", "no index can replace. Serve Pyodide's packages beside it");
    await visited.shows("[role=status]", "packageBaseUrl");
  }));

  test("preload-html: an element loads Python and packages", inPage(async (page) => {
    await using visited = await visit(page, folderOf("preload-html"));
    await visited.shows("output", "xn--bcher-kva.example");
    await visited.shows("[role=status]", `idna ${versionOf("idna")}, msgpack ${versionOf("msgpack")}`);
    const isDone = () => document.querySelector("wherry-progress")?.matches(":state(done)");
    assert.ok(await page.evaluate(isDone));
  }));

  test("worker: the worker answers the page", inPage(async (page) => {
    await using visited = await visit(page, folderOf("worker"));
    await visited.click("button:not(:disabled)");
    await visited.shows("output", "[1, 2, 3] is 93 01 02 03 in MessagePack");
    await visited.shows("[role=status]", "Ready");
  }));

  test("cell: Python code installs with top-level await", inPage(async (page) => {
    await using visited = await visit(page, folderOf("cell"));
    await visited.click("button:not(:disabled)");
    await visited.shows("[role=log]", "Crossing(river='Thames', passengers=5)");
    await visited.shows("[role=log]", "Resolving pydantic");
  }));

  test("pyscript: packages of the configuration are there before the page's Python", inPage(async (page) => {
    await using visited = await visit(page, folderOf("pyscript"));
    await visited.shows("output", "Crossing(river='Thames', passengers=5)");
    await visited.shows("output", `pydantic${versionOf("pydantic")}`);
    await visited.shows("[role=status]", "Ready");
  }));

  test("pyscript: the same in a worker", inPage(async (page) => {
    await using visited = await visit(page, folderOf("pyscript"), ISOLATION, "worker.html");
    await visited.shows("output", "Crossing(river='Thames', passengers=5)");
    await visited.shows("output", `pydantic${versionOf("pydantic")}`);
    await visited.shows("[role=status]", "Ready");
  }));

  test("react: a component waits for Python, and uses it", inPage(async (page) => {
    await using visited = await visit(page, join(folderOf("react"), "dist"));
    await visited.click("button");
    await visited.shows("output", "passengers: Input should be a valid integer");
    assert.equal(await page.$eval("input[name=passengers]", ({ value }) => value), "none");
  }));

  test("react: an error boundary shows the error and its advice", inPage(async (page) => {
    await using visited = await visit(page, join(folderOf("react"), "dist"), { "Content-Security-Policy": "connect-src 'self'" });
    await visited.shows("[role=alert]", "The packages could not be installed");
    await visited.shows("[role=alert]", "packageBaseUrl");
  }));

  test("offline: after one visit the page opens without its server", inPage(async (page) => {
    const used = `pydantic-core ${versionOf("pydantic-core")}`;
    const visited = await visit(page, join(folderOf("offline"), "site"));
    const address = page.url();
    try {
      await visited.shows("output", "[1613, 1829]");
      await visited.shows("[role=status]", used);
      await visited.shows("#kept", "This page also opens without a network.");
    } finally {
      await visited[Symbol.asyncDispose]();
    }
    const again = await open(page, address);
    await again.shows("output", "[1613, 1829]");
    await again.shows("[role=status]", used);
    assert.deepEqual([...visited.elsewhere, ...again.elsewhere], []);
  }));

  test("vite: the build includes the Python side", inPage(async (page) => {
    await using visited = await visit(page, join(folderOf("vite"), "dist"));
    await visited.shows("output", PACKED);
  }));

  test("vite: the preview works, although it answers missing files with the page", inPage(async (page) => {
    const server = await preview({ root: folderOf("vite"), logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
    try {
      const visited = await open(page, server.resolvedUrls?.local[0] ?? "");
      await visited.shows("output", PACKED);
    } finally {
      await server.close();
    }
  }));

  test("vite: the development server works", inPage(async (page) => {
    const folder = folderOf("vite");
    const server = await createServer({ root: folder, logLevel: "error", server: { host: "127.0.0.1", port: 0 } });
    try {
      await server.listen();
      const visited = await open(page, server.resolvedUrls?.local[0] ?? "");
      await visited.shows("output", PACKED);
    } finally {
      await server.close();
    }
  }));
}

function folderOf(name: string): string {
  const folder = folders[name];
  if (!folder) throw new Error(`there is no example ${name}`);
  return folder;
}

/** Runs a script of the example's package.json, with the Node.js and the Vite of this package. */
function runScript(name: string, script: string): Promise<{ stdout: string; stderr: string }> {
  const path = [join(JS, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  return execute("npm", ["run", "--silent", script], { cwd: folderOf(name), env: { ...process.env, PATH: path, WHERRY_CACHE_DIR: join(folderOf(name), "cache") } });
}
