import assert from "node:assert/strict";
import { test } from "node:test";
import { inOptions, rejectionLines } from "../src/cli/advice.ts";
import { runInstead, wrapped } from "../src/cli/usage.ts";

test("errors advise options of the command line", () => {
  const said: [string, string][] = [
    ['name it: overwrite=("a", "b")', "name it: --overwrite a --overwrite b"],
    ['name it: overwrite=("a",)', "name it: --overwrite a"],
    ["give the file as requirements_files=['r.txt']", "give the file as -r r.txt"],
    ["give the index as index_urls=['https://example.org/']", "give the index as --index-url https://example.org/"],
    ["as in index_urls=[Index('https://…', headers={'Authorization': '…'})]", "as in --index-url https://name:password@…"],
    ["make a lock: await wherry.lock('idna>=3', \"a b\")", "make a lock: wherry lock 'idna>=3' 'a b'"],
    ["make a lock: await wherry.lock(…)", "make a lock: wherry lock …"],
    ["exclude_newer=soon is wrong", "--exclude-newer soon is wrong"],
    ["try again, or allow more time with Installer(network=Network(…))", "try again"],
    ["a blocker: see the browser's console", "a blocker"],
    [
      "instead. To get Pyodide's own, serve Pyodide's packages beside it, or name the folder: loadPyodide({ packageBaseUrl: '…' })",
      "instead. To get Pyodide's own, put the wheels of Pyodide's release beside it, into node_modules/pyodide; " +
        "--prefer index asks for none of them",
    ],
    [
      "no index can. Serve Pyodide's packages beside it, or name the folder: loadPyodide({ packageBaseUrl: '…' })",
      "no index can. Put the wheels of Pyodide's release beside it, into node_modules/pyodide",
    ],
  ];
  for (const [python, options] of said) assert.equal(inOptions(python, {}), options);
});

test("options that are set are not advised", () => {
  const warning = "Instead. To get Pyodide's own, serve Pyodide's packages beside it: loadPyodide({ packageBaseUrl: '…' })";
  assert.match(inOptions(warning, {}), /node_modules\/pyodide; --prefer index/);
  assert.match(inOptions(warning, { prefer: "index" }), /node_modules\/pyodide$/);
});

test("a lock that does not meet a script's header can be made again", () => {
  const relock = "lock the script with wherry lock '$&.py', or ignore it with --no-lock";
  const said = "pylock.toml: it no longer meets $&.py: idna is not in it. Make the lock of $&.py again";
  assert.equal(inOptions(said.replace("Make", "make"), { relock }), `pylock.toml: it no longer meets $&.py: idna is not in it. ${relock}`);
});

test("a lock is named by its path", () => {
  const lockNames = ["file:///here/pylock.toml", "pylock.toml"] as const;
  assert.equal(inOptions("file:///here/pylock.toml, line 2: no", { lockNames }), "pylock.toml, line 2: no");
});

test("every file that does not fit is named, of all projects that cannot be had", () => {
  const [old, other] = [["a-1.tar.gz", "a source distribution"], ["b-1-win32.whl", "built for Windows"]];
  const both = { rejections: [old], missing: [{ rejections: [old] }, { rejections: [other] }] };
  assert.deepEqual(rejectionLines(both), ["  a-1.tar.gz: a source distribution", "  b-1-win32.whl: built for Windows"]);
  assert.deepEqual(rejectionLines({ rejections: [old], missing: [] }), ["  a-1.tar.gz: a source distribution"]);
  assert.deepEqual(rejectionLines({ status: 503 }), []);
});

test("a program or an installer's command in place of a command gets advice", () => {
  const commands = new Set(["run", "repl"]);
  const instead = (...args: string[]) => runInstead(args, commands, (path) => path === "there");
  assert.equal(instead("x.py"), "'x.py' is not a command; to run the file: wherry run x.py");
  assert.match(instead("-q", "x.py", "it's"), /wherry run -q x\.py 'it'\\''s'$/);
  assert.match(instead("there"), /wherry run there$/);
  assert.match(instead("pip", "install", "idna"), /wherry run --with idna app\.py/);
  assert.match(instead("uv", "add", "idna"), /wherry run --with idna app\.py/);
  for (const args of [["run", "x.py"], ["sail"], [], ["--help"], ["help", "run"]]) assert.equal(instead(...args), "");
});

test("commands of other tools that concern locks get advice", () => {
  const instead = (...args: string[]) => runInstead(args, new Set(["run", "lock"]), () => false);
  assert.match(instead("sync", "pylock.toml"), /^'sync' is not a command\. .* wherry run --lock pylock\.toml app\.py$/);
  assert.match(instead("pip", "freeze"), /^'pip freeze' is not a command\. .*: wherry lock REQUIREMENT/);
  assert.match(instead("uv", "pip", "compile", "r.in"), /^'uv pip compile' .*: wherry lock -r requirements\.in$/);
  assert.match(instead("export", "-o", "x"), /--format pyodide-lock$/);
  assert.match(instead("pdm", "lock"), /^'pdm lock' .*: wherry lock/);
  assert.equal(instead("lock"), "");
});

test("long lines of help are wrapped and indented", () => {
  assert.equal(wrapped("  10   one two three\nshort", 14), "  10   one two\n       three\nshort");
  assert.equal(wrapped("unbreakable", 4), "unbreakable");
});
