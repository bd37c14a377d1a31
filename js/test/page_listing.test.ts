import assert from "node:assert/strict";
import { test } from "node:test";

import { isJsonPage, type Listing, ListingReader, readListing } from "../src/host/page_listing.ts";

const FILE = { filename: "app-1.0-py3-none-any.whl", url: "https://files.example.org/app-1.0-py3-none-any.whl" };

function read(content: unknown) {
  return readListing(new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content)));
}

test("a listing has names, files on request, and the rest in the header", () => {
  const other = { ...FILE, filename: "app-2.0.tar.gz", "requires-python": ">=3.9", "upload-time": null, size: 7 };
  const listing = read({ name: "app", files: [FILE, other], versions: ["1.0", "2.0"], meta: { "api-version": "1.4" } });
  assert.ok(listing);
  assert.equal(listing.names, `${FILE.filename} ${other.filename}`);
  assert.deepEqual(JSON.parse(listing.entries("[1, 0]")), [other, FILE]);
  assert.deepEqual(JSON.parse(listing.header), { name: "app", meta: { "api-version": "1.4" } });
});

test("wheels are found by the platforms in their names", () => {
  const endings = ["-any.whl", "-x.ANY.whl", "-any.WHL", "-any.tar.gz", "-win32.whl", "-anywhl", "-.whl"];
  const names = endings.map((ending) => `app-1-py3-none${ending}`);
  const listing = read({ files: names.map((filename) => ({ ...FILE, filename })) });
  assert.deepEqual(JSON.parse(listing?.wheels('["any", "other"]') ?? ""), [[0, 1], names.slice(0, 2)]);
});

test("a page without files has no names", () => {
  assert.equal(read({ files: [] })?.names, "");
});

for (const [page, content] of [
  ["invalid JSON", "{"],
  ["a page that is cut short", '{"files": [{"filename": "a'],
  ["a list", []],
  ["nothing", "null"],
  ["files that are no list", { files: {} }],
  ["a file that is no object", { files: [1] }],
  ["nothing for a file", { files: [null] }],
  ["a name that is no text", { files: [{ ...FILE, filename: 1 }] }],
  ["an empty name", { files: [{ ...FILE, filename: "" }] }],
  ["a name that hides", { files: [{ ...FILE, filename: ".app" }] }],
  ["a name with a folder", { files: [{ ...FILE, filename: "../app" }] }],
  ["a name with a space", { files: [{ ...FILE, filename: "a b" }] }],
  ["a name with a line break at its end", { files: [{ ...FILE, filename: "app\n" }] }],
  ["a name in another script", { files: [{ ...FILE, filename: "äpp" }] }],
  ["no name", { files: [{ url: FILE.url }] }],
  ["a name in two places", { files: [{ ...FILE, twin: { filename: "app" } }] }],
] as const) {
  test(`${page} is left to Python`, () => assert.equal(read(content), undefined));
}

/** A page of many files, as an index may write it. */
function manyFiles(count: number, spaces: number, yanked: string | false = false) {
  const files = Array.from({ length: count }, (_, number) => ({
    "core-metadata": { sha256: String(number).padStart(64, "0") },
    filename: `app-${number}-py3-none-any.whl`,
    hashes: { sha256: String(number).padStart(64, "0") },
    url: `https://files.example.org/app-${number}-py3-none-any.whl`,
    yanked,
  }));
  const page = { "alternate-locations": [], files, meta: { "api-version": "1.4" }, name: "app", versions: ["1"] };
  return { files, text: JSON.stringify(page, null, spaces) };
}

function readInPieces(text: string, length: number): Listing | undefined {
  const bytes = new TextEncoder().encode(text);
  const reader = new ListingReader();
  for (let start = 0; start < bytes.length; start += length) reader.add(bytes.subarray(start, start + length));
  return reader.finish();
}

for (const spaces of [0, 2]) {
  for (const length of [997, 20_000, 10 ** 7]) {
    test(`a long page with ${spaces} spaces is read alike in pieces of ${length} bytes`, () => {
      const { files, text } = manyFiles(1500, spaces, 'it has "files": [ and ä');
      const listing = readInPieces(text, length);
      assert.ok(listing);
      assert.equal(listing.names, files.map(({ filename }) => filename).join(" "));
      const positions = JSON.stringify([...files.keys()].reverse());
      assert.deepEqual(JSON.parse(listing.entries(positions)), files.toReversed());
      const header = { "alternate-locations": [], meta: { "api-version": "1.4" }, name: "app" };
      assert.deepEqual(JSON.parse(listing.header), header);
    });
  }
}

for (const text of ["},{", "}, {", "},\n {"]) {
  test(`${JSON.stringify(text)} within a long page's text is not taken for its structure`, () => {
    const { files, text: page } = manyFiles(1500, 0, text);
    const listing = readInPieces(page, 20_000);
    if (listing) assert.deepEqual(JSON.parse(listing.entries("[0, 700, 1499]")), [files[0], files[700], files[1499]]);
  });
}

test("a long page with two lists of files, or cut short, is left to Python", () => {
  const { text } = manyFiles(1500, 0);
  assert.equal(readInPieces(text.replace('"name":', '"files":[{}],"name":'), 20_000), undefined);
  assert.equal(readInPieces(text.replace('"files":', '"page":{"files":').concat("}"), 20_000), undefined);
  for (const end of [-1, -100, 300_000]) assert.equal(readInPieces(text.slice(0, end), 20_000), undefined);
});

test("other fields of files are left to Python", () => {
  const strange = { ...FILE, url: 1, "requires-python": [3] };
  assert.deepEqual(JSON.parse(read({ files: [FILE, strange] })?.entries("[1]") ?? ""), [strange]);
});

for (const strange of ["[]", "{}", '{"filename":".app"}', "1", '"a"', "null"]) {
  test(`${strange} among the files of a long page is left to Python`, () => {
    const { text } = manyFiles(1500, 0);
    const place = text.indexOf('{"core-metadata"', 200_000);
    assert.equal(readInPieces(`${text.slice(0, place)}${strange},${text.slice(place)}`, 20_000), undefined);
  });
}

for (const [kind, more] of [["", {}], ["named ", FILE]] as const) {
  for (const count of [0, 1, 2, 1500]) {
    test(`a list of ${kind}objects after ${count} files is not taken for files`, () => {
      const { files } = manyFiles(count, 0);
      for (const others of [[{ ...more, a: 1 }], [{ a: 1 }, { ...more, b: 2 }], [{ ...more, a: 1 }, { ...more, b: 2 }]]) {
        const listing = readInPieces(JSON.stringify({ files, others }), 20_000);
        if (!listing) continue;
        assert.equal(listing.names, files.map(({ filename }) => filename).join(" "));
        assert.deepEqual(JSON.parse(listing.entries(JSON.stringify([...files.keys()]))), files);
      }
    });
  }
}

test("pages are recognized by their content type", () => {
  for (const type of ["v1+json", "latest+json", "V1+JSON ; charset=utf-8"]) {
    assert.ok(isJsonPage(`application/vnd.pypi.simple.${type}`));
  }
  for (const type of [null, "", "text/html", "application/json", "application/vnd.pypi.simple.v1+html"]) {
    assert.ok(!isJsonPage(type));
  }
});

test("bytes that are not UTF-8 are left to Python", () => {
  assert.equal(readListing(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), undefined);
});
