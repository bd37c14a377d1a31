import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLock } from "../src/lock/lock_reader.ts";
import { mayFit } from "../src/lock/wheel_names.ts";

const SITE = "https://example.org/";
const ADDRESS = `${SITE}app/pylock.toml`;
const PURE = "a-1-py3-none-any.whl";
const HASHES = 'hashes = { sha256 = "aa" }';

/** Returns the names of the files to begin from packages, each with these lines. */
function begun(packages: readonly string[], location?: string): string[] {
  const text = `lock-version = "1.0"\n${packages.map((lines) => `[[packages]]\nname = "a"\n${lines}\n`).join("")}`;
  return parseLock(text, location).files.map(({ url }) => url.replace(SITE, ""));
}

function wheels(...names: string[]): string {
  return `wheels = [${names.map((name) => `{ url = "${SITE}${name}", ${HASHES} }`).join(", ")}]`;
}

test("wheels fit by their tags", () => {
  const fitting = [
    "py3-none-any",
    "py2.py3-none-any",
    "py314-none-any",
    "cp314-none-any",
    "cp315-cp315-pyemscripten_2027_0_wasm32",
    "cp314-cp314-pyemscripten_2026_0_wasm32",
    "cp314-cp314-pyodide_2026_0_wasm32",
    "cp310-abi3-emscripten_5_0_3_wasm32",
    "py3-none-manylinux_2_28_x86_64.pyemscripten_2026_0_wasm32",
  ];
  const others = [
    "py2-none-any",
    "cp313-none-any",
    "cp313-cp313-pyodide_2025_0_wasm32",
    "cp314-cp314-manylinux_2_28_x86_64",
    "py3-none-win_amd64",
    "pp311-pypy311_pp73-any",
  ];
  for (const tags of fitting) assert.ok(mayFit(`a-1-${tags}.whl`), tags);
  for (const tags of others) assert.ok(!mayFit(`a-1-${tags}.whl`), tags);
  assert.ok(mayFit("A-1-2build-PY3-None-Any.whl"));
  for (const name of ["a-1.tar.gz", "a-py3-none-any.whl", "a-1-py3-none-any.zip", ""]) assert.ok(!mayFit(name), name);
});

test("the only wheel that fits is begun, with its size and its strongest hash", () => {
  const { files } = parseLock(`
lock-version = "1.0"
[[packages]]
name = "a"
wheels = [
  { name = "a-1-cp314-cp314-win_amd64.whl", url = "${SITE}windows", size = 9, hashes = { sha256 = "00" } },
  { name = "${PURE}", url = "${SITE}file?token=1#egg=a", size = 5, hashes = { md5 = "cc", sha256 = "aa", SHA512 = "BB" } },
]`);
  assert.deepEqual(files, [{ url: `${SITE}file?token=1#egg=a`, size: 5, hash: "sha512:bb" }]);
});

test("packages that depend on the runtime are not begun", () => {
  const uncertain = {
    "a marker": `marker = "'x' in extras"\n${wheels(PURE)}`,
    "two wheels that may fit": wheels(PURE, "a-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl"),
    "no wheel that fits": wheels("a-1-cp314-cp314-win_amd64.whl"),
    "a weak hash": `wheels = [{ url = "${SITE}${PURE}", hashes = { md5 = "aa" } }]`,
    "no hash": `wheels = [{ url = "${SITE}${PURE}" }]`,
    "an sdist": `sdist = { url = "${SITE}a-1.tar.gz", ${HASHES} }`,
    "an archive of sources": `archive = { url = "${SITE}a-1.zip", ${HASHES} }`,
    "wheels that are no array": 'wheels = "none"',
  };
  for (const [reason, lines] of Object.entries(uncertain)) assert.deepEqual(begun([lines]), [], reason);
});

test("an archive that is a wheel, and shared libraries, are begun", () => {
  assert.deepEqual(begun([`archive = { url = "${SITE}a%2Db-1-py3-none-any.whl", ${HASHES} }`]), ["a%2Db-1-py3-none-any.whl"]);
  const library = `[[tool.wherry.shared-libraries]]\nname = "libb"\nversion = "1"\nurl = "${SITE}libb-1.zip"\n${HASHES}`;
  assert.deepEqual(begun([`${wheels(PURE)}\n${library}`]), [PURE, "libb-1.zip"]);
});

test("unknown sizes are begun first, then the largest", () => {
  const sized = (name: string, size = "") => `wheels = [{ url = "${SITE}${name}-1-py3-none-any.whl", ${size} ${HASHES} }]`;
  const packages = [sized("a", "size = 5,"), sized("b"), sized("c", "size = 500,"), sized("d", "size = 50,"), sized("c", "size = 500,")];
  assert.deepEqual(begun(packages).map((name) => name[0]), ["b", "c", "d", "a"]);
});

test("a path is relative to the lock's address, and stays inside its folder", () => {
  const at = (path: string) => `wheels = [{ path = '${path}', ${HASHES} }]`;
  const inFolder = {
    "wheels/a-1+cpu-py3-none-any.whl": "wheels/a-1%2Bcpu-py3-none-any.whl",
    [`.//x\\${PURE}`]: `x/${PURE}`,
    [`50% (*)/${PURE}`]: `50%25%20%28%2A%29/${PURE}`,
  };
  for (const [path, url] of Object.entries(inFolder)) assert.deepEqual(begun([at(path)], `${ADDRESS}?v=2`), [`app/${url}`]);
  assert.deepEqual(begun([`wheels = [{ url = "${PURE}", ${HASHES} }]`], ADDRESS), [`app/${PURE}`]);
  for (const path of [`../${PURE}`, `x/../${PURE}`, `..\\${PURE}`, `/${PURE}`, `//other.example.org/${PURE}`, `C:/${PURE}`]) {
    assert.deepEqual(begun([at(path)], ADDRESS), [], path);
  }
  assert.deepEqual(begun([at(PURE)], "file:///app/pylock.toml"), []);
  assert.deepEqual(begun([at(PURE)]), []);
});

test("a document that is no lock begins nothing", () => {
  for (const text of ["", 'lock-version = "2.0"', 'lock-version = "1.0"\npackages = 5', 'lock-version = "1.0"\npackages = [1, []]\ntool = { wherry = 3 }']) {
    assert.deepEqual(parseLock(text).files, [], text);
  }
});

test("the document has no dates, and every other value", () => {
  const { document } = parseLock(`
created = 2026-01-01T00:00:00Z
days = [2026-01-01, 2026-01-02]
deep = { day = 2026-01-01, "__proto__" = "kept", list = [{ time = 07:32:00, x = 1 }] }
`);
  assert.equal(document, '{"days":[],"deep":{"__proto__":"kept","list":[{"x":1}]}}');
});

test("text that is no TOML is refused", () => {
  for (const text of ["<!doctype html>\n", "a = 1\na = 2\n", "a = ", "a = 99999999999999999999\n"]) assert.throws(() => parseLock(text), text);
});
