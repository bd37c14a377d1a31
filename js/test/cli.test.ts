import assert from "node:assert/strict";
import { test } from "node:test";
import { virtualPath } from "../src/cli/folders.ts";
import { requireNode, scriptEnvironment } from "../src/cli/host.ts";
import { PhaseLines, reportLines } from "../src/cli/progress.ts";
import { UsageError } from "../src/cli/usage.ts";
import type { InstalledDistribution, ProgressEvent } from "../src/types.ts";

test("host paths are unchanged inside Pyodide, and drives become folders", () => {
  assert.equal(virtualPath("/home/me/app.py"), "/home/me/app.py");
  assert.equal(virtualPath("/odd/c:\\name"), "/odd/c:\\name");
  assert.equal(virtualPath("C:\\Users\\me\\app.py"), "/c/Users/me/app.py");
  assert.equal(virtualPath("d:\\"), "/d/");
});

test("Node.js 22.19 is the oldest supported version", () => {
  for (const version of ["22.19.0", "22.20.1", "24.0.0", "26.10.0"]) requireNode(version);
  for (const version of ["22.18.0", "20.20.2", "18.0.0"]) {
    assert.throws(() => requireNode(version), (error) => error instanceof UsageError && error.message.includes(version));
  }
});

test("a script's environment has no variables for Python or the loader", () => {
  const environment = { HOME: "/me", PATH: "/bin", PYTHONPATH: "/x", PYTHONHOME: "/y", LD_LIBRARY_PATH: "/z", _: "/n" };
  assert.deepEqual(scriptEnvironment(environment), { HOME: "/me", PATH: "/bin" });
});

test("each phase ends in one line", () => {
  const lines: string[] = [];
  const phases = new PhaseLines((line) => lines.push(line), () => () => 1.234);
  const event = (phase: ProgressEvent["phase"], done: number, total: number | null): ProgressEvent => ({
    phase,
    message: "",
    done,
    total,
    package: null,
    bytesDone: null,
    bytesTotal: null,
    fraction: 0,
  });
  const events = [
    event("resolving", 0, null),
    event("downloading", 1, 2),
    event("downloading", 2, 2),
    event("placing", 0, 1),
    event("done", 1, 1),
  ];
  for (const each of events) phases.follow(each);
  assert.deepEqual(lines, [
    "wherry: resolved 2 packages in 1.23 s",
    "wherry: downloaded 1 wheel in 1.23 s",
    "wherry: placed 1 package in 1.23 s",
  ]);
});

test("the report lists packages with their sources", () => {
  const distribution = (name: string, version: string, source: string | null): InstalledDistribution => ({
    name,
    version,
    source,
    installer: "wherry",
    requested: true,
  });
  const lines = reportLines({
    installed: [distribution("rich", "14.0", "https://example.org/rich.whl"), distribution("six", "1", null)],
    unchanged: [],
    removed: [],
    warnings: ["mind the gap"],
    seconds: { resolving: 1, downloading: 1, placing: 1 },
    requests: 3,
  });
  assert.deepEqual(lines, [
    "wherry:   rich  14.0  https://example.org/rich.whl",
    "wherry:   six   1     (unknown source)",
    "wherry: warning: mind the gap",
  ]);
});
