import assert from "node:assert/strict";
import { test } from "node:test";
import { METHODS, readAttachOptions } from "../src/options/arguments.ts";
import { attach } from "../src/index.ts";
import { createInstaller } from "../src/installer.ts";

const install = (...given: unknown[]) => METHODS.install(given, "install(): ");
const uninstall = (...given: unknown[]) => METHODS.uninstall(given, "uninstall(): ");
const TEXTS = "a string or an iterable of strings";

function* generated() {
  yield "rich";
  yield "six";
}

test("requirements and options accept any iterable of texts", () => {
  const custom = { [Symbol.iterator]: generated };
  for (const texts of [["rich", "six"], new Set(["rich", "six"]), generated(), custom, new Map([["rich", 1], ["six", 1]]).keys()]) {
    assert.deepEqual(install(texts), { requirements: ["rich", "six"] });
  }
  assert.deepEqual(install("a", { constraints: new Set(["b<2"]), overrides: generated() }), {
    constraints: ["b<2"],
    overrides: ["rich", "six"],
    requirements: ["a"],
  });
  const args = generated();
  assert.deepEqual(METHODS.runScript(["x", args], ""), { name: "x", args: ["rich", "six"] });
});

test("a single text of any class is a list of one", () => {
  const url = new URL("https://example.org/a-1-py3-none-any.whl");
  for (const text of ["rich", new String("rich")]) assert.deepEqual(install(text), { requirements: ["rich"] });
  assert.deepEqual(install(url), { requirements: [url.href] });
  assert.deepEqual(METHODS.runScript(["x", "-v"], ""), { name: "x", args: ["-v"] });
});

test("methods accept several requirements or names, then options", () => {
  assert.deepEqual(install("a", "b"), { requirements: ["a", "b"] });
  assert.deepEqual(install("a", ["b", "c"], { pre: true }), { pre: true, requirements: ["a", "b", "c"] });
  assert.deepEqual(install("a", "b", undefined), { requirements: ["a", "b"] });
  assert.deepEqual(uninstall("a", new Set(["b"])), { names: ["a", "b"] });
  assert.deepEqual(install([]), { requirements: [] });
});

test("an option of null or undefined is absent, and a limit of null is unlimited", () => {
  const options = { constraints: null, pre: undefined, signal: null, onProgress: undefined, upgrade: false };
  assert.deepEqual(install("a", options), { upgrade: false, requirements: ["a"] });
  assert.deepEqual(install("a", null), { requirements: ["a"] });
  const network = { answerTimeout: null, idleTimeout: undefined, totalTimeout: Infinity, attempts: null };
  assert.deepEqual(readAttachOptions({ network, limits: null }), { network: { answerTimeout: null, totalTimeout: null } });
  const sizes = { maxPageSize: null, maxMetadataSize: Infinity, maxArchiveSize: 5e8 };
  assert.deepEqual(readAttachOptions({ network: sizes }), { network: { ...sizes, maxMetadataSize: null } });
  assert.deepEqual(readAttachOptions(null), {});
});

test("inherited options count", () => {
  assert.deepEqual(install("a", Object.create({ pre: true })), { pre: true, requirements: ["a"] });
  assert.throws(() => install("a", Object.create({ prex: true })), /prex is not an option/);
});

test("values are converted to JSON", () => {
  const options = { excludeNewer: new Date(0), indexUrls: [new URL("https://example.org/"), { url: "https://b.example.org" }] };
  assert.deepEqual(install("a", options), {
    excludeNewer: "1970-01-01T00:00:00.000Z",
    indexUrls: ["https://example.org/", { url: "https://b.example.org" }],
    requirements: ["a"],
  });
  const index = { url: "https://example.org", headers: { "X-Key": "1" }, projects: new Set(["a"]), credentials: "include" };
  assert.deepEqual(install("a", { indexUrls: index }).indexUrls, [{ ...index, projects: ["a"] }]);
  assert.deepEqual(readAttachOptions({ limits: { ratio: Infinity, ratioFrom: 0 } }).limits, { ratio: Number.MAX_VALUE, ratioFrom: 0 });
  assert.deepEqual(METHODS.installImports(["import a", { projects: { a: "b" } }], ""), { source: "import a", projects: { a: "b" } });
});

test("preload is requirements, or an object with requirements and options", () => {
  assert.deepEqual(readAttachOptions({ preload: generated() }).preload, { requirements: ["rich", "six"] });
  assert.deepEqual(readAttachOptions({ preload: { requirements: generated(), pre: true } }).preload, {
    pre: true,
    requirements: ["rich", "six"],
  });
});

test("a lock is an address, a text, or an object with a lock and options", () => {
  const url = new URL("https://example.org/pylock.toml");
  assert.deepEqual(readAttachOptions({ lock: url }).lock, { lock: url.href });
  assert.deepEqual(readAttachOptions({ lock: { lock: "pylock.toml", extras: "x", groups: generated(), exact: true } }).lock, {
    lock: "pylock.toml",
    extras: ["x"],
    groups: ["rich", "six"],
    exact: true,
  });
  assert.deepEqual(METHODS.installLock([url, { extras: new Set(["x"]), overwrite: "a" }], ""), { lock: url.href, extras: ["x"], overwrite: ["a"] });
});

test("lock() has the options of install(), without those of placing files", () => {
  const options = { pre: true, format: "pyodide-lock", others: false, existing: "", upgradePackages: "b", requirementsFiles: "x" };
  assert.deepEqual(METHODS.lock(["a", "b", options], ""), { ...options, upgradePackages: ["b"], requirementsFiles: ["x"], requirements: ["a", "b"] });
});

test("dictionaries accept any name, and signals must work", () => {
  const headers = JSON.parse('{"__proto__": "a", "constructor": "b"}');
  assert.equal(JSON.stringify(readAttachOptions({ indexUrls: { url: "https://example.org", headers } }).indexUrls[0].headers), JSON.stringify(headers));
  const signal = { [Symbol.toStringTag]: "AbortSignal" };
  assert.throws(() => METHODS.why(["x", { signal }], ""), /signal is not an option/);
  assert.throws(() => METHODS.installImports(["x", { signal }], ""), /signal takes an AbortSignal/);
});

test("a cache is an object with get and put, true or false", () => {
  class Kept extends Map<string, Uint8Array> {
    put() {}
  }
  const cache = new Kept();
  assert.equal(readAttachOptions({ cache }).cache, cache);
  for (const cache of [true, false]) assert.equal(readAttachOptions({ cache }).cache, cache);
});

/** Calls and the messages of their errors. */
const REFUSED: [call: () => unknown, message: string][] = [
  [() => install(), `install(): requirements takes ${TEXTS}, not undefined.`],
  [() => install(null), `install(): requirements takes ${TEXTS}, not null.`],
  [() => install({ pre: true }), `install(): requirements takes ${TEXTS}, not an Object.`],
  [() => install("a", 5), `install(): requirements takes ${TEXTS}, not 5.`],
  [() => install("a", new AbortController().signal), `install(): requirements takes ${TEXTS}, not an AbortSignal.`],
  [() => install(Promise.resolve(["a"])), `install(): requirements takes ${TEXTS}, not a Promise. Await it first.`],
  [() => install(["a", Promise.resolve("b")]), "install(): requirements[1] takes a string, not a Promise. Await it first."],
  [() => install(new Map([["a", "1"]])), "install(): requirements[0] takes a string, not an Array."],
  [() => install(new Set(["a", 1])), "install(): requirements[1] takes a string, not 1."],
  [() => install([,]), "install(): requirements[0] takes a string, not undefined."],
  [() => install("a", { constraints: 5 }), `install(): constraints takes ${TEXTS}, not 5.`],
  [() => install("a", { overrides: {} }), `install(): overrides takes ${TEXTS}, not an Object.`],
  [() => install("a", { upgrade: "yes" }), 'install(): upgrade takes true or false, not "yes".'],
  [() => install("a", { deps: 0 }), "install(): deps takes true or false, not 0."],
  [() => install("a", { prefer: "newest" }), 'install(): prefer takes "distribution" or "index", not "newest".'],
  [() => install("a", { excludeNewer: 5 }), "install(): excludeNewer takes a valid Date or a time in ISO 8601, not 5."],
  [() => install("a", { excludeNewer: new Date("x") }), "install(): excludeNewer takes a valid Date or a time in ISO 8601, not a Date."],
  [() => install("a", { excludeNewer: "soon" }), 'install(): excludeNewer takes a valid Date or a time in ISO 8601, not "soon".'],
  [() => install("a", { onProgress: {} }), "install(): onProgress takes a function, not an Object."],
  [() => install("a", { signal: new AbortController() }), "install(): signal takes an AbortSignal, not an AbortController."],
  [() => install("a", { indexUrls: [{}] }), "install(): indexUrls[0].url takes a string, not undefined."],
  [() => install("a", { indexUrls: 5 }), "install(): indexUrls takes URLs or objects with a url, not 5."],
  [() => install("a", { indexUrls: [5] }), "install(): indexUrls[0] takes a URL or an object with a url, not 5."],
  [
    () => install("a", { indexUrls: [{ url: "x", header: {} }] }),
    "install(): indexUrls[0].header is not an option. Did you mean headers? Options: url, headers, credentials, projects.",
  ],
  [
    () => install("a", { indexUrls: { url: "x", headers: new Headers() } }),
    "install(): indexUrls[0].headers takes an object, not a Headers.",
  ],
  [
    () => install("a", { indexUrls: { url: "x", headers: { "X-Key": 1 } } }),
    "install(): indexUrls[0].headers.X-Key takes a string, not 1.",
  ],
  [() => uninstall("a", { pre: true }), "uninstall(): pre is not an option. Options: none."],
  [() => METHODS.why(["a", { pre: true }], "why(): "), "why(): pre is not an option. Options: none."],
  [() => METHODS.why([], "why(): "), "why(): name takes a string, not undefined."],
  [() => METHODS.why(["a", "b"], "why(): "), 'why(): options takes an object, not "b".'],
  [() => METHODS.installed([{ all: true }], "installed(): "), "installed(): all is not an option. Options: none."],
  [() => METHODS.runScript(["a", [1]], "runScript(): "), "runScript(): args[0] takes a string, not 1."],
  [() => METHODS.installImports(["a", 1], "installImports(): "), "installImports(): options takes an object, not 1."],
  [() => METHODS.installImports([["a"]], "installImports(): "), "installImports(): source takes a string, not an Array."],
  [() => METHODS.installLock([], "installLock(): "), "installLock(): lock takes a string, not undefined."],
  [() => METHODS.installLock(["x", { exact: 1 }], "installLock(): "), "installLock(): exact takes true or false, not 1."],
  [() => METHODS.lock(["a", { existing: new URL("https://example.org/") }], "lock(): "), "lock(): existing takes the text of a lock, not an URL."],
  [() => METHODS.lock(["a", { format: "json" }], "lock(): "), 'lock(): format takes "pylock" or "pyodide-lock", not "json".'],
  [
    () => METHODS.lock(["a", { reinstall: true }], "lock(): "),
    "lock(): reinstall is not an option. Options: constraints, deps, excludeNewer, groups, indexUrls, onProgress, overrides, " +
      "pre, prefer, requirementsFiles, signal, upgrade, existing, format, others, upgradePackages.",
  ],
  [() => readAttachOptions({ lock: 5 }), "attach(): lock takes an address, a text or an object with a lock, not 5."],
  [() => readAttachOptions({ lock: { extras: [] } }), "attach(): lock.lock takes a string, not undefined."],
  [() => readAttachOptions({ lock: { lock: "a", pre: true } }), "attach(): lock.pre is not an option. Options: lock, integrity, exact, extras, groups, onProgress, overwrite, signal."],
  [
    () => readAttachOptions({ lock: { lock: "a", integrity: "sha256-abc" } }),
    'attach(): lock.integrity takes "sha256-" and the hash in Base64, as in HTML, not "sha256-abc".',
  ],
  [() => readAttachOptions([]), "attach(): options takes an object, not an Array."],
  [() => readAttachOptions({ strict: 1 }), "attach(): strict takes true or false, not 1."],
  [() => readAttachOptions({ cache: new Map() }), "attach(): cache takes true, false or an object with the methods get and put, not a Map."],
  [() => readAttachOptions({ network: "https://name:password@example.org" }), "attach(): network takes an object, not a String."],
  [() => readAttachOptions({ network: { attempts: 0 } }), "attach(): network.attempts takes a whole number from 1, not 0."],
  [() => readAttachOptions({ network: { idleTimeout: NaN } }), "attach(): network.idleTimeout takes a number above 0, or null, not NaN."],
  [() => readAttachOptions({ network: { maxPageSize: "9" } }), 'attach(): network.maxPageSize takes a number above 0, or null, not "9".'],
  [() => readAttachOptions({ network: { maxArchiveSize: 0 } }), "attach(): network.maxArchiveSize takes a number above 0, or null, not 0."],
  [() => readAttachOptions({ limits: { entries: "9" } }), 'attach(): limits.entries takes a number from 0, not "9".'],
  [() => readAttachOptions({ preload: 5 }), `attach(): preload takes ${TEXTS}, not 5.`],
  [() => readAttachOptions({ preload: { pre: true } }), `attach(): preload.requirements takes ${TEXTS}, not undefined.`],
  [() => readAttachOptions({ preload: { requirements: "a", pre: 1 } }), "attach(): preload.pre takes true or false, not 1."],
];

for (const [call, message] of REFUSED) {
  test(`refused: ${message}`, () => assert.throws(call, { name: "TypeError", message }));
}

/** Misspelt options and the suggestions. */
const MISSPELT: [name: string, suggestion: string | null][] = [
  ["contraints", "constraints"],
  ["index_urls", "indexUrls"],
  ["indexURLs", "indexUrls"],
  ["exclude_newer", "excludeNewer"],
  ["onprogress", "onProgress"],
  ["dep", "deps"],
  ["cache", null],
  ["toString", null],
  ["constructor", null],
  ["requirements", null],
];

for (const [name, suggestion] of MISSPELT) {
  test(`${name} is refused with ${suggestion ? `the suggestion ${suggestion}` : "no suggestion"}`, () => {
    assert.throws(() => install("a", { [name]: true }), (error: Error) => {
      assert.equal(/Did you mean (\w+)\?/.exec(error.message)?.[1] ?? null, suggestion);
      return error instanceof TypeError && error.message.startsWith(`install(): ${name} is not an option. `) && / Options: constraints, deps, /.test(error.message);
    });
  });
}

test("methods and attach() reject and do not throw", async () => {
  const calls: unknown[] = [];
  const installer = createInstaller(async (...given) => void calls.push(given));
  const misuse: any = { pree: true };
  const rejected = [installer.install("a", misuse), installer.uninstall("a", misuse), attach(undefined as any, misuse)];
  for (const promise of rejected) await assert.rejects(promise, TypeError);
  for (const pyodide of [undefined, null, {}, () => {}, "pyodide", Promise.resolve()]) {
    await assert.rejects(attach(pyodide as any, { lock: "no lock\n" }), /^TypeError: attach\(\): pyodide takes the result of loadPyodide\(\), not /);
  }
  assert.deepEqual(calls, []);
});
