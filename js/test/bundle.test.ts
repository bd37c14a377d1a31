// The location of the bundle, in a real Pyodide. Needs `npm run build`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { loadPyodide, type PyodideAPI } from "pyodide";

const DIST = new URL("../dist/", import.meta.url);
const { attach, WherryError }: typeof import("../src/index.ts") = await import(new URL("index.js", DIST).href);
const BYTECODE = readFileSync(new URL("wherry-bytecode.bin", DIST));

const answers: Record<string, [status: number, headers: OutgoingHttpHeaders, body: string | Buffer]> = {
  "/missing/wherry-bytecode.bin": [404, {}, "Not found"],
  "/page/wherry-bytecode.bin": [200, { "Content-Type": "text/html" }, "<!doctype html>"],
  "/cut/wherry-bytecode.bin": [200, {}, BYTECODE.subarray(0, 1000)],
  "/folder/wherry-bytecode.bin": [200, {}, BYTECODE],
  // The browser decompresses such an answer by itself.
  "/assets/wherry-bytecode-1a2b.bin": [200, { "Content-Encoding": "gzip" }, BYTECODE],
  "/sources.bin": [200, {}, readFileSync(new URL("wherry-sources.bin", DIST))],
};
const server = createServer(({ url }, response) => {
  const [status, headers, body] = answers[url ?? ""] ?? [500, {}, ""];
  response.writeHead(status, headers).end(body);
});
let pyodide: PyodideAPI;
let origin: string;

before(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pyodide = await loadPyodide();
});

after(() => {
  server.closeAllConnections();
  server.close();
});

test("an unavailable bundle is one error, which says where to serve it", async () => {
  const cases: [bundleUrl: string, reason: RegExp, status: number | null][] = [
    [`${origin}/missing/`, /it answered with HTTP status 404/, 404],
    [`${origin}/page/`, /it answered with a web page/, 200],
    [`${origin}/cut`, /it is damaged/, null],
    ["http://127.0.0.1:1/", /fetch failed/, null],
    [new URL("absent/", DIST).href, /ENOENT/, null],
  ];
  for (const [bundleUrl, reason, status] of cases) {
    for (const runtime of [pyodide, Promise.resolve(pyodide)]) {
      await assert.rejects(attach(runtime, { bundleUrl }), (error) => {
        assert.ok(error instanceof WherryError, String(error));
        assert.equal(error.code, "bundle-unavailable");
        assert.match(error.message, reason);
        assert.match(error.message, /Serve \S+\.bin beside wherry's own script, or name the folder/);
        assert.equal(error.facts["status"], status);
        assert.match(String(error.facts["url"]), /\.bin$/);
        return true;
      });
    }
  }
});

test("bundleUrl names the folder or the file", async () => {
  for (const [runtime, path] of [[pyodide, "/folder"], [loadPyodide(), "/assets/wherry-bytecode-1a2b.bin"]] as const) {
    const installer = await attach(runtime, { bundleUrl: new URL(path, origin) });
    assert.equal((await installer.installed()).at(-1)?.name, "wherry");
  }
});

test("bundleUrl can name the sources for any Python", async () => {
  const runtime = await loadPyodide();
  await attach(runtime, { bundleUrl: `${origin}/sources.bin` });
  assert.equal(runtime.runPython("import wherry; wherry.__file__"), "/lib/wherry.zip/wherry/__init__.py");
});

test("the sources come before another wherry in site-packages, too", async () => {
  const runtime = await loadPyodide();
  runtime.FS.mkdirTree("/lib/python3.14/site-packages/wherry");
  runtime.FS.writeFile("/lib/python3.14/site-packages/wherry/__init__.py", "__version__ = '0.0.9'");
  await attach(runtime, { bundleUrl: `${origin}/sources.bin` });
  assert.equal(runtime.runPython("import sys, wherry; wherry.__file__"), "/lib/wherry.zip/wherry/__init__.py");
  assert.equal(runtime.runPython("sys.path[-1]"), "/lib/wherry.zip");
});

test("a wherry of another version that Python has imported is one error, which names both", async () => {
  const other = await loadPyodide();
  other.runPython("import sys, types; sys.modules['wherry'] = types.ModuleType('wherry'); sys.modules['wherry'].__version__ = '0.0.9'");
  await assert.rejects(attach(other), (error: InstanceType<typeof WherryError>) => {
    assert.equal(error.code, "other-version");
    assert.match(error.message, /^Python has imported wherry 0\.0\.9, and this script is of wherry \d/);
    return true;
  });
});
