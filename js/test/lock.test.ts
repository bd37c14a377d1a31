// Locks in a real Pyodide, with wheels on loopback. Needs `npm run build`.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { strToU8, zipSync } from "fflate";
import { loadPyodide, type PyodideAPI } from "pyodide";
import type { AttachOptions, Installer, ProgressEvent } from "../src/index.ts";
import { DEFAULT_LIMITS } from "../src/lock/limits.ts";

const { attach, WherryError }: typeof import("../src/index.ts") = await import(new URL("../dist/index.js", import.meta.url).href);

const digest = (content: Uint8Array, encoding: "hex" | "base64url") => createHash("sha256").update(content).digest(encoding);

/** Returns a wheel of version 1 with one module. */
function wheelOf(name: string): Uint8Array {
  const files: Record<string, string> = {
    [`${name}.py`]: "x = 1\n",
    [`${name}-1.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1\n`,
    [`${name}-1.dist-info/WHEEL`]: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  };
  const lines = Object.entries(files).map(([path, text]) => `${path},sha256=${digest(strToU8(text), "base64url")},${text.length}\n`);
  files[`${name}-1.dist-info/RECORD`] = `${lines.join("")}${name}-1.dist-info/RECORD,,\n`;
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])));
}

const WHEELS = new Map(["early", "late", "lazy"].map((name) => [`/locks/${name}-1-py3-none-any.whl`, wheelOf(name)]));

/** Requests, with the header X-Key if they have it. */
let asked: string[];
/** How many more times each path answers with a failure. */
let failures: Record<string, number>;
let pylock: string | undefined;
let origin: string;
let pyodide: PyodideAPI;

const server = createServer(({ url = "", headers }, response) => {
  const key = headers["x-key"];
  asked.push(key ? `${url} with ${key}` : url);
  if ((failures[url] ?? 0) > 0) {
    failures[url] = (failures[url] ?? 0) - 1;
    return void response.writeHead(503, { "Retry-After": "0" }).end();
  }
  const content = url === "/locks/pylock.toml" ? pylock : WHEELS.get(url);
  response.writeHead(content === undefined ? 404 : 200, { "Content-Type": "application/octet-stream" }).end(content);
});

before(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pyodide = await loadPyodide();
});

beforeEach(async () => {
  const installer = await attach(pyodide);
  const installed = (await installer.installed()).map(({ name }) => name).filter((name) => ["early", "late", "lazy"].includes(name));
  for (const name of installed) await installer.uninstall(name);
  asked = [];
  failures = {};
  pylock = undefined;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

/** Returns a lock. The values are further lines of each package. */
function lockOf(packages: Record<string, string>): string {
  const tables = Object.entries(packages).map(([name, more]) => {
    const filename = `${name}-1-py3-none-any.whl`;
    const content = WHEELS.get(`/locks/${filename}`) ?? new Uint8Array();
    const file = `path = "${filename}", size = ${content.length}, upload-time = 2026-01-01T00:00:00Z`;
    return `[[packages]]\nname = "${name}"\nversion = "1"\n${more}\nwheels = [{ ${file}, hashes = { sha256 = "${digest(content, "hex")}" } }]\n`;
  });
  return `lock-version = "1.0"\ncreated-by = "a test"\nextras = ["more"]\n${tables.join("")}`;
}

async function names(installer: Installer): Promise<string[]> {
  const installed = await installer.installed();
  return installed.map(({ name }) => name).filter((name) => ["early", "late", "lazy"].includes(name));
}

test("attach() installs a lock; every file is one request", async () => {
  pylock = lockOf({ early: "", late: "", lazy: 'marker = "\'more\' in extras"' });
  const events: ProgressEvent[] = [];
  const lock = { lock: `${origin}/locks/pylock.toml`, extras: ["more"], onProgress: (event: ProgressEvent) => void events.push(event) };
  const installer = await attach(loadPyodide(), { lock });
  assert.deepEqual(await names(installer), ["early", "late", "lazy"]);
  assert.deepEqual(asked.toSorted(), ["/locks/early-1-py3-none-any.whl", "/locks/late-1-py3-none-any.whl", "/locks/lazy-1-py3-none-any.whl", "/locks/pylock.toml"]);
  const phases = events.map(({ phase }) => phase);
  assert.equal(phases[0], "loading");
  assert.equal(phases.at(-1), "done");
});

test("a lock is installed before the preload", async () => {
  pylock = lockOf({ early: "" });
  const messages: string[] = [];
  const options = { lock: new URL("/locks/pylock.toml", origin), preload: ["early==1", "pyodide-py"] };
  const installer = await attach(pyodide, { ...options, onProgress: ({ phase }) => void messages.push(phase) });
  assert.deepEqual(await names(installer), ["early"]);
  assert.equal(messages.filter((phase) => phase === "loading").length, 1);
  assert.equal(messages.filter((phase) => phase === "done").length, 2);
  assert.equal(asked.length, 2);
});

test("a transfer that failed early is made again, with all attempts", async () => {
  pylock = lockOf({ early: "", late: "" });
  // The first three requests fail: an early one and two attempts.
  failures["/locks/early-1-py3-none-any.whl"] = 3;
  const installer = await attach(loadPyodide(), { lock: `${origin}/locks/pylock.toml`, network: { attempts: 3 } });
  assert.deepEqual(await names(installer), ["early", "late"]);
  assert.equal(asked.length, 6);
});

test("attach() rejects with the error of Python", async () => {
  const lock = `${origin}/locks/pylock.toml`;
  const cases: [text: string | undefined, code: string, facts: object][] = [
    [undefined, "refused-by-index", {}],
    ['lock-version = "1.0"\npackages = \n', "invalid-lock", { line: 2 }],
    ['lock-version = "9.0"\n', "invalid-lock", {}],
    ["<!doctype html>\n", "invalid-lock", { line: 1 }],
  ];
  for (const [text, code, facts] of cases) {
    pylock = text;
    await assert.rejects(attach(pyodide, { lock }), (error) => {
      assert.ok(error instanceof WherryError, `${error}`);
      assert.equal(error.code, code, error.message);
      for (const [name, value] of Object.entries(facts)) assert.equal(error.facts[name], value, error.message);
      assert.ok(error.message.includes(lock), error.message);
      return true;
    });
  }
});

test("a wheel that differs from the lock is refused", async () => {
  pylock = lockOf({ early: "", late: "" }).replace(/sha256 = "../, 'sha256 = "00');
  await assert.rejects(attach(pyodide, { lock: `${origin}/locks/pylock.toml` }), { code: "integrity-error" });
  assert.deepEqual(await names(await attach(pyodide)), []);
});

test("the headers of an index are sent by Python", async () => {
  pylock = lockOf({ early: "" });
  const indexUrls = { url: `${origin}/simple`, headers: { "X-Key": "secret" } };
  const installer = await attach(pyodide, { lock: `${origin}/locks/pylock.toml`, indexUrls });
  assert.deepEqual(await names(installer), ["early"]);
  assert.deepEqual(asked, ["/locks/pylock.toml with secret", "/locks/early-1-py3-none-any.whl with secret"]);
});

test("the cache is used for the files of a lock", async () => {
  pylock = lockOf({ early: "", late: "" });
  const kept = new Map<string, Uint8Array>();
  const cache: AttachOptions["cache"] = { get: async (key) => kept.get(key), put: async (key, content) => void kept.set(key, content) };
  await (await attach(pyodide, { cache, lock: `${origin}/locks/pylock.toml` })).uninstall("early", "late");
  assert.equal(asked.length, 3);
  assert.deepEqual(await names(await attach(pyodide, { cache, lock: `${origin}/locks/pylock.toml` })), ["early", "late"]);
  assert.deepEqual(asked.slice(3), ["/locks/pylock.toml"]);
});

test("installLock() takes an address or a text", async () => {
  pylock = lockOf({ early: "", late: "" });
  const installer = await attach(pyodide);
  const { installed } = await installer.installLock(new URL("/locks/pylock.toml", origin));
  assert.deepEqual(installed.map(({ name }) => name), ["early", "late"]);
  const only = lockOf({ late: "" });
  const { removed, unchanged } = await installer.installLock(only.replace('path = "', `url = "${origin}/locks/`), { exact: true });
  assert.deepEqual([removed, unchanged].map((some) => some.map(({ name }) => name)), [["early"], ["late"]]);
  await assert.rejects(installer.installLock("no lock\n"), { code: "invalid-lock" });
});

test("lock() returns a lock that installs", async () => {
  const installer = await attach(pyodide);
  const requirement = `early @ ${origin}/locks/early-1-py3-none-any.whl`;
  const text = await installer.lock(requirement);
  assert.match(text, /^lock-version = "1\.0"$/m);
  assert.equal(await installer.lock([requirement], { existing: text, upgradePackages: [] }), text);
  assert.deepEqual((await installer.installLock(text)).installed.map(({ name }) => name), ["early"]);
  const pyodideLock = JSON.parse(await installer.lock(requirement, { format: "pyodide-lock", others: false }));
  assert.deepEqual(Object.keys(pyodideLock.packages), ["early"]);
});

test("requests before Python have the limits of Python", () => {
  const python = JSON.parse(pyodide.runPython(`
import json
from dataclasses import asdict
from wherry.index.network import Network
json.dumps(asdict(Network()))`));
  for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
    assert.equal(value, python[name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)], name);
  }
});
