import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { hostIndex, hostRequirement } from "../src/cli/host_paths.ts";

const WHEEL = "x-1.0-py3-none-any.whl";
const here = (path: string) => pathToFileURL(resolve(path)).href;

test("the path of a wheel becomes a URL", () => {
  for (const path of [WHEEL, `./${WHEEL}`, `../${WHEEL}`, `dist/${WHEEL}`, `/tmp/${WHEEL}`, `./my wheels/${WHEEL}`]) {
    assert.equal(hostRequirement(path), here(path));
  }
});

test("name, extras, hash and marker of a path are kept", () => {
  assert.equal(hostRequirement(`./${WHEEL}[a,b]`), `${here(WHEEL)}[a,b]`);
  assert.equal(hostRequirement(`./${WHEEL}#sha256=ab`), `${here(WHEEL)}#sha256=ab`);
  assert.equal(hostRequirement(`x[a] @ ./${WHEEL} ; python_version > "3"`), `x[a] @ ${here(WHEEL)} ; python_version > "3"`);
});

test("other requirements are unchanged", () => {
  const others = [
    "x",
    "x>=1; python_version > '3'",
    `https://example.org/${WHEEL}`,
    `https://example.org/${WHEEL}?a=b[c]`,
    `x @ https://example.org/${WHEEL}`,
    `emfs:/${WHEEL}`,
    `file:///${WHEEL}`,
    "./pkg",
    `pip install ${WHEEL}`,
  ];
  for (const other of others) assert.equal(hostRequirement(other), other);
});

test("the path of an index becomes a URL", () => {
  assert.equal(hostIndex("./simple/"), here("./simple/"));
  assert.equal(hostIndex("a, b @ simple/"), `a, b @ ${here("simple/")}`);
  for (const url of ["https://example.org/simple/", "a @ https://example.org/simple/", "file:///simple/", "emfs:/x/"]) {
    assert.equal(hostIndex(url), url);
  }
  for (const wrong of ["a@https://example.org/", "a@simple/", "a: https://example.org/", "@ simple/", "a, @https://example.org/"]) {
    assert.equal(hostIndex(wrong), wrong);
  }
});
