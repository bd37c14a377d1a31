import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { earlierLock, lockArguments, type LockOptions, outOfDate, planLock, unknownUpgrades } from "../src/cli/lock.ts";
import { changeLines, closingLine, pyodideChanges } from "../src/cli/lock_changes.ts";
import { isScript, lockOfScript, lockToWrite, readIfThere, writeAtomically } from "../src/cli/lock_files.ts";
import { besideLock, chosenLock, ownLock, readLock } from "../src/cli/lock_source.ts";
import { UsageError } from "../src/cli/usage.ts";

let folder: string;
const home = process.cwd();
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-test-")));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const path = (name: string) => join(folder, name);
const complaint = (text: string) => (error: unknown) => error instanceof UsageError && error.message.includes(text);

function plan(requirements: readonly string[], options: Partial<LockOptions> = {}) {
  return planLock({ requirements, options: { format: "pylock", ...options }, typed: [] });
}

test("a lock is pylock.toml, and that of a script is beside the script", () => {
  mkdirSync("src");
  writeFileSync("src/app.py", "");
  assert.equal(plan(["idna"]).output, path("pylock.toml"));
  assert.equal(plan(["src/app.py"]).output, path("src/pylock.app.toml"));
  assert.equal(plan([], { requirement: ["src/app.py"] }).output, path("src/pylock.app.toml"));
  assert.equal(plan(["src/app.py"], { format: "pyodide-lock" }).output, path("pyodide-lock.json"));
  assert.equal(plan(["src/app.py"], { output: "pylock.toml" }).output, path("pylock.toml"));
  assert.equal(plan(["idna"], { output: "-" }).output, undefined);
});

test("several inputs are locked in pylock.toml", () => {
  for (const name of ["app.py", "other.py"]) writeFileSync(name, "");
  for (const { output, script } of [
    plan(["app.py", "idna"]),
    plan(["app.py", "other.py"]),
    plan(["app.py"], { requirement: ["other.py"] }),
    plan(["app.py"], { group: ["test"] }),
  ]) {
    assert.deepEqual([output, script], [path("pylock.toml"), undefined]);
  }
});

test("an argument is a script if it exists, and otherwise the name of a project", () => {
  assert.ok(!isScript("discord.py"));
  assert.deepEqual(plan(["discord.py"]).requirements, ["discord.py"]);
  writeFileSync("discord.py", "");
  assert.ok(isScript("discord.py"));
  const { requirements, options } = plan(["discord.py", "idna"], { requirement: ["more.txt"] });
  assert.deepEqual(requirements, ["idna"]);
  assert.deepEqual(options.requirement, ["discord.py", "more.txt"]);
});

test("dots in the name of a script become hyphens in the name of its lock", () => {
  for (const [script, lock] of [
    ["app.py", "pylock.app.toml"],
    ["my app.pyw", "pylock.my app.toml"],
    ["app.test.py", "pylock.app-test.toml"],
  ] as const) {
    assert.equal(lockOfScript(script), path(lock));
  }
});

test("the lock of a linked script is beside the target", () => {
  mkdirSync("real");
  writeFileSync("real/app.py", "");
  symlinkSync("real/app.py", "link.py");
  assert.equal(lockOfScript("link.py"), path("real/pylock.app.toml"));
});

test("names that other tools do not find are refused, with the allowed ones", () => {
  for (const name of ["pylock.toml", "pylock.web.toml", "./pylock.my-app.toml"]) lockToWrite("pylock", name);
  for (const name of ["lock.toml", "pylock.a.b.toml", "pylock..toml", "Pylock.toml", "pylock.json", "requirements.txt"]) {
    assert.throws(() => lockToWrite("pylock", name), complaint("pylock.toml or pylock.NAME.toml"));
  }
  assert.throws(() => lockToWrite("pylock", "pyodide-lock.json"), complaint("add --format pyodide-lock"));
  assert.throws(() => lockToWrite("pyodide-lock", "pylock.toml"), complaint("ends with .json"));
  assert.equal(lockToWrite("pyodide-lock", "mine.json"), path("mine.json"));
});

test("places that cannot be written are refused before anything is resolved", () => {
  assert.throws(() => lockToWrite("pylock", "absent/pylock.toml"), complaint("there is no folder absent"));
  mkdirSync("pylock.toml");
  assert.throws(() => lockToWrite("pylock"), complaint("pylock.toml: it is not a file"));
});

test("options that do not go together are refused", () => {
  assert.throws(() => plan([]), complaint("no requirements"));
  assert.throws(() => plan(["idna"], { check: true, output: "-" }), complaint("--check"));
  assert.throws(() => plan(["idna"], { onlyThese: true }), complaint("--format pyodide-lock"));
  assert.throws(() => plan(["idna"], { format: "pyodide-lock", upgrade: true }), complaint("always takes the newest"));
  writeFileSync("requirements.txt", "");
  assert.throws(() => plan(["requirements.txt"]), complaint("-r requirements.txt"));
});

test("Python gets the options, the place and the lock that was there", () => {
  const options = { upgrade: true, upgradePackage: ["idna"], excludeNewer: "2026-01-01", pre: true };
  assert.deepEqual(lockArguments(plan(["./x-1.0-py3-none-any.whl"], options), { prefer: "index" }, "was"), {
    requirements: [pathToFileURL(path("x-1.0-py3-none-any.whl")).href],
    location: pathToFileURL(path("pylock.toml")).href,
    format: "pylock",
    existing: "was",
    prefer: "index",
    upgrade: true,
    upgradePackages: ["idna"],
    excludeNewer: "2026-01-01",
    pre: true,
  });
  const few = plan(["idna"], { format: "pyodide-lock", onlyThese: true, output: "-" });
  assert.deepEqual(lockArguments(few, {}, undefined), {
    requirements: ["idna"],
    location: pathToFileURL(path("pylock.toml")).href,
    format: "pyodide-lock",
    others: false,
  });
});

test("changes are listed with the versions before and after", () => {
  const changes = [
    { name: "a", before: ["1.0"], after: ["1.1"] },
    { name: "new", before: [], after: ["2.0", "3.0"] },
    { name: "old", before: ["4.0"], after: [] },
  ];
  assert.deepEqual(changeLines(changes), [
    "wherry:   updated  a    1.0 → 1.1",
    "wherry:   added    new  2.0, 3.0",
    "wherry:   removed  old  4.0",
  ]);
  assert.deepEqual(changeLines([]), []);
});

test("the changes of a pyodide-lock are those of its packages", () => {
  const lock = (packages: Record<string, string>) =>
    JSON.stringify({ packages: Object.fromEntries(Object.entries(packages).map(([name, version]) => [name, { version }])) });
  const after = lock({ same: "1", newer: "2", added: "1" });
  assert.deepEqual(pyodideChanges(lock({ same: "1", newer: "1", gone: "1" }), after), [
    { name: "added", before: [], after: ["1"] },
    { name: "gone", before: ["1"], after: [] },
    { name: "newer", before: ["1"], after: ["2"] },
  ]);
  assert.deepEqual(pyodideChanges(undefined, lock({ a: "1" })), [{ name: "a", before: [], after: ["1"] }]);
});

test("a pyodide-lock replaces no other file", () => {
  for (const text of ['{ "name": "app" }', "no JSON", "[]"]) {
    writeFileSync("package.json", text);
    assert.throws(() => earlierLock("package.json", "pyodide-lock"), complaint("not a pyodide-lock"));
  }
  assert.equal(earlierLock("pyodide-lock.json", "pyodide-lock"), undefined);
});

test("the closing line counts the packages", () => {
  const locked = { text: "", pins: { a: "1.0" }, changes: [], warnings: [] };
  assert.equal(closingLine(locked, "pylock.toml", true), "wherry: locked 1 package in pylock.toml");
  assert.equal(closingLine(locked, "pylock.toml", false), "wherry: pylock.toml is unchanged: 1 package");
  assert.equal(closingLine(locked, undefined, true), "wherry: locked 1 package");
});

test("an upgrade of a project that is not in the lock is a warning", () => {
  const upgradePackage = ["Typing_Extensions", "typo"];
  assert.deepEqual(unknownUpgrades({ pins: { "typing-extensions": "4" } }, { upgradePackage }), [
    "--upgrade-package typo: the lock does not have it",
  ]);
  assert.deepEqual(unknownUpgrades({ pins: {} }, {}), []);
});

test("--check advises the same command without it, and shows no password", () => {
  const typed = ["lock", "--check", "idna>=3", "--index-url", "https://me:secret@example.org/simple/"];
  assert.equal(
    outOfDate("pylock.toml", "was", typed),
    "pylock.toml is out of date; to update it: wherry lock 'idna>=3' --index-url https://example.org/simple/",
  );
  assert.match(outOfDate("pylock.toml", undefined, ["lock"]), /^there is no pylock.toml; to make it: wherry lock$/);
});

test("a lock is written completely or not at all, and keeps its permissions", { skip: process.platform === "win32" }, () => {
  writeAtomically("pylock.toml", "one\n");
  chmodSync("pylock.toml", 0o640);
  writeAtomically("pylock.toml", "two\n");
  assert.equal(readFileSync("pylock.toml", "utf8"), "two\n");
  assert.equal(statSync("pylock.toml").mode & 0o777, 0o640);
  assert.deepEqual(readdirSync("."), ["pylock.toml"]);
  mkdirSync("pylock.folder.toml");
  assert.throws(() => writeAtomically("pylock.folder.toml", "three\n"), complaint("cannot write pylock.folder.toml: E"));
  assert.deepEqual(readdirSync(".").sort(), ["pylock.folder.toml", "pylock.toml"]);
});

test("a link to a lock stays a link", () => {
  writeFileSync("pylock.web.toml", "");
  symlinkSync("pylock.web.toml", "pylock.toml");
  assert.equal(lockToWrite("pylock"), path("pylock.web.toml"));
});

test("line breaks of Windows are no difference", () => {
  assert.equal(readIfThere("pylock.toml"), undefined);
  writeFileSync("pylock.toml", "a = 1\r\nb = 2\r\n");
  assert.equal(readIfThere("pylock.toml"), "a = 1\nb = 2\n");
});

test("a lock is read from a path or a file URL, and other addresses are passed on", () => {
  writeFileSync("pylock.toml", "a = 1\n");
  const location = pathToFileURL(path("pylock.toml")).href;
  assert.deepEqual(readLock("pylock.toml"), { lock: "a = 1\n", location });
  assert.deepEqual(readLock(location), { lock: "a = 1\n", location });
  assert.deepEqual(readLock("https://example.org/pylock.toml"), { lock: "https://example.org/pylock.toml" });
  assert.throws(() => readLock("absent.toml"), complaint("cannot read the lock absent.toml: there is no such file"));
  assert.throws(() => readLock("."), complaint("it is a folder"));
});

test("the text of a lock has a line break, so that it is no address", () => {
  writeFileSync("pylock.toml", "");
  assert.equal(readLock("pylock.toml").lock, "\n");
});

test("--extra and --group choose from the lock", () => {
  writeFileSync("pylock.toml", "\n");
  const options = { lock: "pylock.toml", extra: ["a"], group: ["test"] };
  const { extras, groups } = chosenLock(options) ?? {};
  assert.deepEqual([extras, groups], [["a"], ["test"]]);
  assert.deepEqual(besideLock(options), { lock: "pylock.toml", extra: ["a"] });
  assert.deepEqual(besideLock({ group: ["test"] }), { group: ["test"] });
  assert.equal(chosenLock({}), undefined);
  assert.equal(chosenLock({ lock: false }), undefined);
});

test("options that a lock does not have are refused", () => {
  writeFileSync("pylock.toml", "\n");
  const lock = "pylock.toml";
  assert.throws(() => chosenLock({ extra: ["a"] }), complaint("add --lock"));
  assert.throws(() => chosenLock({ lock, requirement: ["r.txt"] }), complaint("wherry lock -r r.txt -o pylock.toml"));
  assert.throws(() => chosenLock({ lock, group: ["pyproject.toml:test"] }), complaint("a name in the lock"));
});

test("a script's own lock is used unless an option says otherwise", () => {
  assert.equal(ownLock("app.py", {}), undefined);
  writeFileSync("pylock.app.toml", "\n");
  assert.equal(ownLock("app.py", {}), path("pylock.app.toml"));
  assert.equal(ownLock("app.py", { lock: false }), undefined);
  assert.equal(ownLock("app.py", { lock: "pylock.toml" }), undefined);
});
