import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallOptions } from "../src/python/bridge.ts";
import { attach, WherryError } from "../src/index.ts";
import { createInstaller } from "../src/installer.ts";
import type { PyodideRuntime } from "../src/python/runtime.ts";

function recorder() {
  const calls: unknown[][] = [];
  const call = async (...parameters: unknown[]) => void calls.push(parameters);
  return { calls, call };
}

test("a single requirement is a list of one", async () => {
  const { calls, call } = recorder();
  const installer = createInstaller(call);
  const { signal } = new AbortController();
  await installer.install("rich", { pre: true, signal });
  await installer.resolve(["rich", "six"]);
  await installer.uninstall("rich");
  await installer.installed();
  await installer.check();
  await installer.tree();
  await installer.why("rich");
  await installer.runScript("rich");
  await installer.runScript("rich", ["-v"]);
  assert.deepEqual(calls[0], ["install", { pre: true, requirements: ["rich"] }, { onEvent: undefined, signal }]);
  assert.deepEqual(calls.slice(1).map(([method, parameters]) => [method, parameters]), [
    ["resolve", { requirements: ["rich", "six"] }],
    ["uninstall", { names: ["rich"] }],
    ["installed", {}],
    ["check", {}],
    ["tree", {}],
    ["why", { name: "rich" }],
    ["runScript", { name: "rich", args: [] }],
    ["runScript", { name: "rich", args: ["-v"] }],
  ]);
});

test("files may replace requirements", async () => {
  const { calls, call } = recorder();
  const requirementsFiles = [new URL("https://example.org/requirements.txt"), "idna\nsix\n"];
  await createInstaller(call).install([], { requirementsFiles, groups: "test" });
  const [[, parameters]] = calls as [[string, object]];
  assert.deepEqual(JSON.parse(JSON.stringify(parameters)), {
    requirementsFiles: ["https://example.org/requirements.txt", "idna\nsix\n"],
    groups: ["test"],
    requirements: [],
  });
});

test("a lock is returned as its text", async () => {
  const calls: unknown[][] = [];
  const installer = createInstaller(async (...parameters) => {
    calls.push(parameters.slice(0, 2));
    return { text: "lock", pins: {}, changes: [], warnings: [] };
  });
  assert.equal(await installer.lock("rich", { upgradePackages: "six", existing: "" }), "lock");
  await installer.installLock(new URL("https://example.org/pylock.toml"), { exact: true });
  assert.deepEqual(calls, [
    ["lock", { requirements: ["rich"], upgradePackages: ["six"], existing: "" }],
    ["installLock", { lock: "https://example.org/pylock.toml", exact: true }],
  ]);
});

test("a call's own listener replaces the common one", async () => {
  const { calls, call } = recorder();
  const common = () => {};
  const own = () => {};
  const installer = createInstaller(call, common);
  await installer.install("rich");
  await installer.install("rich", { onProgress: own });
  assert.deepEqual(calls.map(([, , options]) => (options as CallOptions).onEvent), [common, own]);
});

test("a Pyodide that is too old is refused", async () => {
  const runtime = { version: "0.29.4" } as PyodideRuntime;
  await assert.rejects(attach(runtime), (error) => {
    assert.ok(error instanceof WherryError);
    assert.equal(error.name, "UnsupportedRuntime");
    assert.deepEqual(error.facts, { version: "0.29.4", oldest: 314 });
    return /needs Pyodide 314 or later, but this is Pyodide 0\.29\.4/.test(error.message);
  });
});
