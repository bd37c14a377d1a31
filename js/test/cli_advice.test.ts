import assert from "node:assert/strict";
import { test } from "node:test";
import { inOptions } from "../src/cli/advice.ts";
import { runInstead, wrapped } from "../src/cli/usage.ts";

test("advice is in options of the command line", () => {
  const said: [string, string][] = [
    ['name it: overwrite=("a", "b")', "name it: --overwrite a --overwrite b"],
    ['name it: overwrite=("a",)', "name it: --overwrite a"],
    ["give the file as requirements_files=['r.txt']", "give the file as -r r.txt"],
    ["give the index as index_urls=['https://example.org/']", "give the index as --index-url https://example.org/"],
    ["as in index_urls=[Index('https://…', headers={'Authorization': '…'})]", "as in --index-url https://name:password@…"],
    ["try again, or allow more time with Installer(network=Network(…))", "try again"],
    ["a blocker: see the browser's console", "a blocker"],
    ['prefer="index" takes the index\'s', "--prefer index takes the index's"],
  ];
  for (const [python, options] of said) assert.equal(inOptions(python, {}), options);
});

test("there is no advice for what is set", () => {
  const error = "No answer; it is Pyodide's own numpy: prefer=\"index\" takes the index's instead, if there is one";
  assert.match(inOptions(error, {}), /--prefer index/);
  assert.equal(inOptions(error, { prefer: "index" }), "No answer");
});

test("a program without a command, and an installer's words, are told what to run", () => {
  const commands = new Set(["run", "repl"]);
  const instead = (...args: string[]) => runInstead(args, commands, (path) => path === "there");
  assert.equal(instead("x.py"), "'x.py' is no command; run it: wherry run x.py");
  assert.match(instead("-q", "x.py", "it's"), /wherry run -q x\.py 'it'\\''s'$/);
  assert.match(instead("there"), /wherry run there$/);
  assert.match(instead("pip", "install", "idna"), /wherry run --with idna app\.py/);
  for (const args of [["run", "x.py"], ["sail"], [], ["--help"], ["help", "run"]]) assert.equal(instead(...args), "");
});

test("long lines of help are wrapped under their text", () => {
  assert.equal(wrapped("  10   one two three\nshort", 14), "  10   one two\n       three\nshort");
  assert.equal(wrapped("unbreakable", 4), "unbreakable");
});
