import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, relative } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Cache } from "../src/host/cache.ts";
import { transfer } from "../src/host/early.ts";
import { EarlyLock } from "../src/lock/early_lock.ts";
import type { AttachOptions, PreloadLock } from "../src/types.ts";

const PLAIN = JSON.stringify({ redirect: "follow", headers: {} });

let server: Server;
let origin: string;
/** Paths of the requests, without the first slash. */
let asked: string[];
/** Responses of wheels that were begun, and do not end. */
let endless: Map<string, ServerResponse>;
let contents: Record<string, string | Buffer>;

beforeEach(async () => {
  asked = [];
  endless = new Map();
  contents = {};
  server = createServer(({ url = "" }, response) => {
    const path = url.slice(1);
    asked.push(path);
    if (path === "moved.toml") return void response.writeHead(302, { Location: "/deep/pylock.toml" }).end();
    const content = contents[path];
    const type = path.endsWith(".html") ? "text/html" : "text/plain";
    if (content !== undefined) return void response.writeHead(200, { "Content-Type": type }).end(content);
    if (!path.endsWith(".whl")) return void response.writeHead(404).end();
    endless.set(path, response);
    response.write("begun");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Returns a lock with a wheel of each name: the keys of the wheel's table. */
function lockOf(wheels: Record<string, string>): string {
  const packages = Object.entries(wheels).map(([name, file]) => {
    return `[[packages]]\nname = "${name}"\nversion = "1"\nwheels = [{ ${file}, hashes = { sha256 = "hash-of-${name}" } }]\n`;
  });
  return `lock-version = "1.0"\n${packages.join("")}`;
}

const address = (name: string, more = "") => `url = "${origin}/${name}-1-py3-none-any.whl"${more}`;

/** Waits until a condition is true. */
async function until(condition: () => unknown): Promise<void> {
  while (!condition()) await setTimeout(5);
}

type Given = Record<string, any>;

/** Installs a lock with a Python side that calls `work`. Returns the arguments that Python receives. */
async function install(
  options: PreloadLock,
  attach: Pick<AttachOptions, "indexUrls" | "network"> & { cache?: Cache } = {},
  work: (given: Given, early: EarlyLock) => unknown = () => {},
): Promise<Given> {
  const early = new EarlyLock(options, attach, attach.cache);
  let received: Given = {};
  await early.install(async (method, given = {}, { signal } = {}) => {
    signal?.throwIfAborted();
    assert.equal(method, "installLock");
    received = JSON.parse(JSON.stringify(given));
    await work(received, early);
  }, undefined);
  return received;
}

test("Python receives the lock, its content, the begun URLs and the options", async () => {
  const text = lockOf({ a: address("a"), b: `path = "wheels/b-1-py3-none-any.whl"` });
  contents["deep/pylock.toml"] = text;
  const options = { lock: new URL("moved.toml", origin), extras: ["x"], groups: ["g"], exact: true };
  const { document, ...given } = await install(options, {}, () => until(() => endless.size === 2));
  assert.deepEqual(given, {
    lock: text,
    location: `${origin}/deep/pylock.toml`,
    begun: [`${origin}/a-1-py3-none-any.whl`, `${origin}/deep/wheels/b-1-py3-none-any.whl`],
    extras: ["x"],
    groups: ["g"],
    exact: true,
  });
  assert.equal(JSON.parse(document)["lock-version"], "1.0");
  assert.deepEqual(asked, ["moved.toml", "deep/pylock.toml", "a-1-py3-none-any.whl", "deep/wheels/b-1-py3-none-any.whl"]);
});

test("Python takes the transfers, and those that it does not take are aborted", async () => {
  const text = lockOf({ a: address("a"), b: address("b") });
  let body: Promise<{ body: Uint8Array }> | undefined;
  await install({ lock: text }, {}, async () => {
    await until(() => endless.size === 2);
    body = transfer(`${origin}/a-1-py3-none-any.whl`, PLAIN, "{}", "{}").answer;
  });
  await until(() => endless.get("b-1-py3-none-any.whl")?.closed);
  endless.get("a-1-py3-none-any.whl")?.end("!");
  assert.equal(new TextDecoder().decode((await body)?.body), "begun!");
  assert.equal(asked.length, 2);
});

for (const [fails, work] of [
  ["fails", () => Promise.reject(new Error("refused"))],
  ["is dropped", (_, early) => early.drop()],
] as [string, (given: Given, early: EarlyLock) => unknown][]) {
  test(`an installation that ${fails} leaves no transfer`, async () => {
    const begun = async (given: Given, early: EarlyLock) => {
      await until(() => endless.size);
      await work(given, early);
    };
    await install({ lock: lockOf({ a: address("a") }) }, {}, begun).catch(({ message }) => assert.equal(message, "refused"));
    await until(() => endless.get("a-1-py3-none-any.whl")?.closed);
  });
}

test("a signal aborts the transfers before Python is there", async () => {
  const controller = new AbortController();
  const early = new EarlyLock({ lock: lockOf({ a: address("a") }), signal: controller.signal }, {});
  await until(() => endless.size);
  controller.abort(new Error("enough"));
  await until(() => endless.get("a-1-py3-none-any.whl")?.closed);
  const call = async (_: string, __?: object, { signal }: { signal?: AbortSignal | undefined } = {}) => signal?.throwIfAborted();
  await assert.rejects(early.install(call, undefined), /enough/);
  await assert.rejects(install({ lock: `${origin}/pylock.toml`, signal: AbortSignal.abort(new Error("before")) }), /before/);
});

test("Python receives the address of a lock that cannot be fetched", async () => {
  contents["page.html"] = "<!doctype html>\n";
  contents["latin.toml"] = Buffer.from('# \xe9\nlock-version = "1.0"\n', "latin1");
  contents["large.toml"] = `#${"-".repeat(100)}\n`;
  const addresses = ["absent.toml", "page.html", "latin.toml", "large.toml"].map((name) => `${origin}/${name}`);
  for (const lock of [...addresses, "http://127.0.0.1:1/pylock.toml", "emfs:/pylock.toml", "ftp://127.0.0.1/pylock.toml"]) {
    assert.deepEqual(await install({ lock }, { network: { maxMetadataSize: 100 } }), { lock }, lock);
  }
});

test("Python receives the text of a lock that is no TOML", async () => {
  contents["pylock.toml"] = "a = \n";
  const lock = `${origin}/pylock.toml`;
  assert.deepEqual(await install({ lock }), { lock: "a = \n", location: lock });
  assert.deepEqual(await install({ lock: "b = \n" }), { lock: "b = \n" });
});

const integrityOf = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

test("a lock with its hash is kept, and the next time it is not requested", async () => {
  const entries = new Map<string, Uint8Array>();
  const cache: Cache = {
    get: async (key) => entries.get(key),
    put: async (key, content) => void entries.set(key, content),
  };
  const text = (contents["pylock.toml"] = lockOf({}));
  const lock = `${origin}/pylock.toml`;
  for (const _ of [1, 2]) {
    const { document, ...given } = await install({ lock, integrity: integrityOf(text) }, { cache });
    assert.deepEqual([given, asked], [{ lock: text, location: lock }, ["pylock.toml"]]);
  }
  entries.set(...([...entries.keys()].map((key) => [key, Buffer.from("damaged")])[0] as [string, Uint8Array]));
  assert.equal((await install({ lock, integrity: integrityOf(text) }, { cache }))["lock"], text);
  assert.equal(asked.length, 2);
});

test("a lock that was redirected is not kept, because its files are relative to the other address", async () => {
  const entries = new Map<string, Uint8Array>();
  const cache: Cache = { get: async (key) => entries.get(key), put: async (key, content) => void entries.set(key, content) };
  const text = (contents["deep/pylock.toml"] = lockOf({}));
  for (const _ of [1, 2]) {
    const { location } = await install({ lock: `${origin}/moved.toml`, integrity: integrityOf(text) }, { cache });
    assert.equal(location, `${origin}/deep/pylock.toml`);
  }
});

test("a lock with another hash is left to Python, with the hash, and none of its files is begun", async () => {
  const text = lockOf({ a: address("a") });
  contents["pylock.toml"] = text;
  const lock = `${origin}/pylock.toml`;
  const integrity = integrityOf("another lock");
  assert.deepEqual(await install({ lock, integrity }), { lock, integrity });
  assert.equal((await install({ lock: text, integrity }))["integrity"], integrity);
  assert.deepEqual(asked, ["pylock.toml"]);
});

test("in Node.js, an address is relative to the working directory", async () => {
  const folder = await mkdtemp(join(process.cwd(), "lock test-"));
  try {
    const path = join(folder, "pylock.toml");
    const text = lockOf({ a: address("a"), b: `path = "b-1-py3-none-any.whl"` });
    await writeFile(path, text);
    for (const lock of [relative(process.cwd(), path), path, pathToFileURL(path)]) {
      const { lock: given, location, begun } = await install({ lock });
      assert.deepEqual([given, location, begun], [text, pathToFileURL(path).href, [`${origin}/a-1-py3-none-any.whl`]]);
    }
    const absent = join(folder, "absent.toml");
    assert.deepEqual(await install({ lock: absent }), { lock: pathToFileURL(absent).href });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("what needs credentials is left to Python", async () => {
  const lock = lockOf({ a: address("a") });
  const elsewhere = "http://localhost/simple";
  const host = origin.replace("http://", "");
  const secret: NonNullable<AttachOptions["indexUrls"]>[] = [
    [{ url: `${origin}/simple`, headers: { "X-Key": "1" } }],
    [elsewhere, { url: origin, credentials: "include" }],
    [`http://name:password@${host}/simple`],
    [`a, b @ http://name@${host}/simple`],
  ];
  for (const indexUrls of secret) {
    assert.deepEqual((await install({ lock }, { indexUrls }))["begun"], undefined, JSON.stringify(indexUrls));
    assert.deepEqual(await install({ lock: `${origin}/pylock.toml` }, { indexUrls }), { lock: `${origin}/pylock.toml` });
  }
  const withUser = lockOf({ a: `url = "http://name:password@${host}/a-1-py3-none-any.whl"` });
  assert.deepEqual((await install({ lock: withUser }))["begun"], undefined);
  assert.deepEqual(asked, []);
  const open = [`${origin}/simple`, { url: elsewhere, headers: { "X-Key": "1" } }, "./folder"];
  assert.equal((await install({ lock }, { indexUrls: open }))["begun"].length, 1);
});

test("only http and https are begun, and nothing beyond the size limit", async () => {
  const lock = lockOf({
    a: address("a", ", size = 5"),
    b: address("b", ", size = 50"),
    c: 'url = "file:///c-1-py3-none-any.whl"',
    d: 'url = "data:,d-1-py3-none-any.whl"',
  });
  const { begun } = await install({ lock }, { network: { maxArchiveSize: 10 } });
  assert.deepEqual(begun, [`${origin}/a-1-py3-none-any.whl`]);
});

test("what the cache has is not requested, and is read once", async () => {
  const reads: string[] = [];
  const kept = new Uint8Array([1]);
  const cache: Cache = {
    get: async (key) => {
      reads.push(key);
      return key === "sha256:hash-of-a" ? kept : undefined;
    },
    put: async () => {},
  };
  await install({ lock: lockOf({ a: address("a"), b: address("b") }) }, { cache }, async (_, early) => {
    await until(() => endless.size);
    assert.deepEqual(asked, ["b-1-py3-none-any.whl"]);
    assert.equal(await early.cache?.get("sha256:hash-of-a"), kept);
    assert.equal(await early.cache?.get("sha256:hash-of-b"), undefined);
    assert.deepEqual(reads, ["sha256:hash-of-a", "sha256:hash-of-b"]);
    await early.cache?.get("sha256:hash-of-a");
  });
  assert.equal(reads.length, 3);
});
