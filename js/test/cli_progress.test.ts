import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { drawBars } from "../src/cli/bars.ts";
import { treeLines, whyLines } from "../src/cli/drawing.ts";
import { PhaseLines, reportLines } from "../src/cli/progress.ts";
import { wantsColour } from "../src/cli/style.ts";
import { Course } from "../src/progress/course.ts";
import type { Branch, InstalledDistribution, ProgressEvent, Resolution } from "../src/types.ts";

const plain = (_: unknown, text: string) => text;

function step(name: string | null, bytesDone: number | null, bytesTotal: number | null, fraction = 0): ProgressEvent {
  return { phase: "downloading", message: "", done: 0, total: 2, package: name, bytesDone, bytesTotal, fraction };
}

test("each package that is being downloaded has a bar, and so has the whole", () => {
  const course = new Course();
  course.hear(step(null, null, null, 0.15), 10000);
  course.hear(step("rich", 100_000, 1e6, 0.25), 10000);
  course.hear(step("six", 20_000, null, 0.5), 11000);
  course.hear(step("rich", 500_000, 1e6, 0.5), 12000);
  assert.deepEqual(drawBars(course, plain, 60, 24), [
    "everything  ━━━━━━━━━━━━━━─────────────   50 %  200.0 kB/s",
    "rich        ━━━━━━━━━━━━━━─────────────  500.0 kB of 1.0 MB",
    "six         ───────────────────────────  20.0 kB",
  ]);
});

test("bytes from before the first event do not count for the rate", () => {
  const course = new Course();
  course.hear(step("rich", 1e6, 1e6, 0.9), 10000);
  assert.equal(drawBars(course, plain, 60, 24)[0]?.endsWith("   90 %"), true);
});

test("complete packages have no bar", () => {
  const course = new Course();
  course.hear(step("rich", 500, 1000), 0);
  course.hear(step("six", 10, 20), 0);
  course.hear(step("rich", 1000, 1000), 1000);
  assert.deepEqual(drawBars(course, plain, 80, 24).map((line) => line.split(" ")[0]), ["everything", "six"]);
  course.hear({ ...step(null, null, null, 0.96), phase: "placing" }, 2000);
  assert.deepEqual(drawBars(course, plain, 80, 24).map((line) => line.split(" ")[0]), ["everything"]);
});

test("lines are narrower than the terminal, and fewer than its rows", () => {
  const course = new Course();
  const coloured = (_: unknown, text: string) => `\x1b[36m${text}\x1b[39m`;
  for (let number = 0; number < 30; number++) course.hear(step(`a-project-of-a-long-name-${number}`, 12_345, 9e6), 1000);
  for (const [columns, rows] of [[20, 5], [40, 10], [80, 24], [200, 50]] as const) {
    const lines = drawBars(course, coloured, columns, rows).map(stripVTControlCharacters);
    assert.ok(lines.length < rows, `${lines.length} lines in ${rows} rows`);
    for (const line of lines) assert.ok(line.length < columns, `${JSON.stringify(line)} in ${columns} columns`);
  }
  assert.match(drawBars(course, coloured, 80, 10).at(-1) ?? "", /and 23 more/);
});

test("terminals get colours, unless variables refuse or force them", () => {
  assert.equal(wantsColour(true, {}), true);
  assert.equal(wantsColour(false, {}), false);
  assert.equal(wantsColour(true, { NO_COLOR: "1" }), false);
  assert.equal(wantsColour(true, { NO_COLOR: "" }), true);
  assert.equal(wantsColour(true, { TERM: "dumb" }), false);
  assert.equal(wantsColour(false, { FORCE_COLOR: "1" }), true);
  assert.equal(wantsColour(true, { FORCE_COLOR: "0" }), false);
  assert.equal(wantsColour(false, { FORCE_COLOR: "1", NO_COLOR: "1" }), true);
});

test("long URLs are cut in the middle, and the file name last", () => {
  const source = "https://example.org/packages/ab/cd/rich-14.0-py3-none-any.whl";
  const rich: InstalledDistribution = { name: "rich", version: "14.0", source, installer: "wherry", requested: true };
  const seconds = { resolving: 1, downloading: 1, placing: 1 };
  const report = { installed: [rich], unchanged: [], removed: [], warnings: [], seconds, requests: 3 };
  assert.deepEqual(
    [100, 75, 50, 40].map((columns) => reportLines(report, columns)[0]),
    [
      `wherry:   rich  14.0  ${source}`,
      "wherry:   rich  14.0  https://example.org/…/rich-14.0-py3-none-any.whl",
      "wherry:   rich  14.0  …/rich-14.0-py3-none-any.whl",
      "wherry:   rich  14.0  rich-14.0-py3-non…",
    ],
  );
});

function branch(name: string, version: string | null, requirement: string, ...branches: Branch[]): Branch {
  return { name, version, requirement, branches, extras: [], repeated: false, cycle: false, cut: false };
}

function resolution(sizes: Record<string, number | null>): Resolution {
  const chosen = Object.entries(sizes).map(([name, size]) => ({
    name,
    version: "1",
    origin: "index" as const,
    requested: false,
    requiredBy: [],
    reasons: [],
    file: { filename: "", url: "", hash: null, size },
  }));
  const all = Object.values(sizes);
  const downloadSize = all.includes(null) ? null : all.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return { pins: {}, chosen, downloadSize, warnings: [] };
}

test("the tree shows versions, sizes and requirements", () => {
  const idna = branch("idna", "3.20", "idna>=2.8");
  const anyio = branch("anyio", "4.1", "anyio<5", idna);
  const tree = { branches: [branch("fastapi", "1.0", "fastapi", anyio, branch("six", "1", "six==1"))] };
  assert.deepEqual(treeLines(tree, resolution({ fastapi: 1500, anyio: 20_000, idna: 99, six: 2e6 }), plain), [
    "fastapi 1.0         1.5 kB",
    "├── anyio 4.1      20.0 kB  anyio<5",
    "│   └── idna 3.20     99 B  idna>=2.8",
    "└── six 1           2.0 MB",
    "4 packages, 2.0 MB",
  ]);
});

test("the tree marks a branch that is cut, and says why", () => {
  const tree = { branches: [branch("fastapi", "1", "fastapi", { ...branch("anyio", "4", "anyio"), cut: true })] };
  assert.deepEqual(treeLines(tree, resolution({}), plain).slice(0, -1), [
    "fastapi 1",
    "└── anyio 4 (cut)",
    "(cut) its requirements are too deep to be shown",
  ]);
});

test("an unknown size does not count as zero", () => {
  const lines = treeLines({ branches: [branch("six", "1", "six")] }, resolution({ six: null, rich: 5000 }), plain);
  assert.deepEqual(lines, ["six 1  ?", "2 packages, 5.0 kB and more: the index does not state every size"]);
});

test("sizes of the distribution, which are unknown, are shown as Pyodide's", () => {
  const answer = resolution({ six: null, rich: null });
  const chosen = answer.chosen.map((pin) => ({ ...pin, origin: "distribution" as const }));
  const tree = { branches: [branch("rich", "1", "rich"), branch("six", "1", "six")] };
  const lines = treeLines(tree, { ...answer, chosen }, plain);
  assert.deepEqual(lines, ["rich 1  Pyodide's", "six 1   Pyodide's", "2 packages of Pyodide's distribution"]);
  const mixed = { ...answer, chosen: [...resolution({ idna: 5000 }).chosen, ...chosen] };
  assert.equal(treeLines(tree, mixed, plain).at(-1), "3 packages, 5.0 kB, 2 of Pyodide's distribution");
});

test("each chain to a project is one line", () => {
  const chain = (...requirements: string[]) =>
    requirements.map((requirement) => ({ requirement, name: requirement, version: "1" }));
  const chains = [chain("idna"), chain("fastapi", "anyio>=4", "idna>=2.8")];
  assert.deepEqual(whyLines({ name: "idna", version: "3.20", chains }, plain), [
    "idna 3.20",
    "  idna (asked for)",
    "  fastapi → anyio>=4 → idna>=2.8",
  ]);
  assert.deepEqual(whyLines({ name: "idna", version: null, chains: [] }, plain), ["idna would not be installed"]);
});

test("a phase that is given up to resolve again has brought nothing", () => {
  const said: string[] = [];
  const lines = new PhaseLines((line) => said.push(line), () => () => 1);
  for (const phase of ["resolving", "downloading", "resolving", "downloading", "placing", "done"] as const) {
    lines.follow({ ...step(null, null, null), phase });
  }
  const outcomes = said.map((line) => line.replace(/^wherry: | in .*$/g, ""));
  assert.deepEqual(outcomes, ["resolved 2 packages", "resolved 2 packages", "downloaded 2 wheels", "placed 2 packages"]);
});
