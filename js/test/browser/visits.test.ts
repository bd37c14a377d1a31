// The second visit to a page: what it still requests, also without a network.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadPyodide } from "pyodide";
import type { Browser, Page } from "puppeteer-core";
import { inTab } from "./crashes.ts";
import { BROWSERS, type BrowserName, launch } from "./launch.ts";
import { LoopbackServer, serveFolders } from "./serving.ts";
import { DIST, MSGPACK_AND_PYDANTIC, PYODIDE, WHEELS } from "./surfaces.ts";
import { answerFrom, readWheels, serveIndex } from "./wheel_index.ts";

const { attach }: typeof import("../../src/index.ts") = await import(new URL("../../dist/index.js", import.meta.url).href);

/** The wheel of wherry for this Pyodide. */
const WHEEL = readdirSync(join(DIST, "wheels")).find((name) => name.includes("pyemscripten"));
const ETAG = '"1"';

const wheels = readWheels(...WHEELS);
const held = new AsyncDisposableStack();
let folder: string;
/** A lock whose wheels are at the origin `INDEX`. */
let locked: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wherry-visits-"));
  held.defer(() => rmSync(folder, { recursive: true }));
  const { server, urls } = await serveIndex(wheels);
  await using _ = server;
  const installer = await attach(loadPyodide({ indexURL: PYODIDE }), { indexUrls: urls.open });
  locked = (await installer.lock("msgpack", "pydantic")).replaceAll(server.origin, "INDEX");
});

after(() => held.disposeAsync());

/** What a page did. */
interface Visit {
  names: string[];
  size: number;
  /** Whether the imported module had bytecode. */
  hasBytecode: boolean;
  warnings: string[];
  error?: string;
}

/** A site with a lock, and an index whose pages have validators. */
class Place implements AsyncDisposable {
  readonly site: LoopbackServer;
  readonly index: LoopbackServer;
  readonly lock: string;
  readonly #asked: string[];
  readonly #held: AsyncDisposableStack;

  private constructor(
    site: LoopbackServer,
    index: LoopbackServer,
    lock: string,
    asked: string[],
    held: AsyncDisposableStack,
  ) {
    this.lock = lock;
    this.site = site;
    this.index = index;
    this.#asked = asked;
    this.#held = held;
  }

  static async open(headers: Record<string, string> = {}): Promise<Place> {
    await using held = new AsyncDisposableStack();
    const asked: string[] = [];
    const answer = answerFrom(wheels);
    const index = await LoopbackServer.listen((request, response) => {
      const { pathname } = new URL(request.url ?? "", "http://loopback");
      const isPage = pathname.includes("/simple/");
      const isKnown = isPage && request.headers["if-none-match"] === ETAG;
      asked.push(`${isKnown ? 304 : 200} ${pathname.split("/").filter(Boolean).at(-1)}`);
      // The browser's own cache keeps no archives.
      response.setHeader("Cache-Control", isPage ? "no-cache" : "no-store");
      if (isPage) response.setHeader("ETag", ETAG);
      if (isKnown) return void response.writeHead(304, { "Access-Control-Allow-Origin": "*" }).end();
      answer(request, response);
    });
    held.use(index);
    const lock = locked.replaceAll("INDEX", index.origin);
    writeFileSync(join(folder, "pylock.toml"), lock);
    const folders = {
      "/pyodide/": PYODIDE,
      "/wherry/": DIST,
      "/pylock.toml": join(folder, "pylock.toml"),
      "/": join(import.meta.dirname, "visits"),
    };
    const site = await serveFolders(folders, headers, async (path) => {
      if (path === "/pylock.toml") asked.push("200 pylock.toml");
    });
    held.use(site);
    return new Place(site, index, lock, asked, held.move());
  }

  /** Returns the statuses and names of the requests since the last call, sorted. */
  takeAsked(): string[] {
    return this.#asked.splice(0).sort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#held.disposeAsync();
  }
}

const namesOf = (asked: readonly string[], pattern: RegExp) => asked.filter((line) => pattern.test(line));

for (const name of BROWSERS) describe(name, () => visitAll(name));

function visitAll(name: BrowserName): void {
  let browser: Browser;
  let said: string[] = [];
  const inPage = (body: (page: Page) => Promise<void>) =>
    inTab(() => browser, async (page) => {
      said = [];
      page.on("console", (message) => said.push(message.text()));
      await body(page);
    });

  before(async () => {
    browser = await launch(name);
  });

  after(() => browser?.close());

  async function visit(page: Page, address: string, given: object): Promise<Visit> {
    await page.goto("about:blank");
    await page.goto(address);
    await page.waitForFunction(() => "visit" in globalThis, { polling: 50 });
    const visited: Visit = await page.evaluate((given) => (globalThis as any).visit(given), given);
    assert.equal(visited.error, undefined);
    assert.deepEqual(MSGPACK_AND_PYDANTIC.filter((name) => !visited.names.includes(name)), []);
    return visited;
  }

  const lock = { options: { lock: "/pylock.toml" } };
  const list = ({ index }: Place) => ({ options: { indexUrls: `${index.origin}/open/simple/` }, requirements: ["msgpack", "pydantic"] });

  test("lock: a second visit requests no wheel, and a cleared cache is filled again", inPage(async (page) => {
    await using place = await Place.open();
    const first = await visit(page, place.site.origin, lock);
    const asked = place.takeAsked();
    assert.equal(namesOf(asked, /\.whl$/).length, MSGPACK_AND_PYDANTIC.length);
    const second = await visit(page, place.site.origin, { ...lock, clears: true });
    assert.deepEqual(place.takeAsked(), ["200 pylock.toml"]);
    assert.ok(first.size > 2_000_000, `${first.size} bytes`);
    assert.equal(second.size, 0);
    await visit(page, place.site.origin, lock);
    assert.deepEqual(place.takeAsked(), asked);
    assert.deepEqual(said, []);
  }));

  test("lock with its hash: a second visit makes no request at all", inPage(async (page) => {
    await using place = await Place.open();
    const integrity = `sha256-${createHash("sha256").update(place.lock).digest("base64")}`;
    const given = { options: { lock: { lock: "/pylock.toml", integrity } } };
    await visit(page, place.site.origin, given);
    assert.ok(place.takeAsked().length > MSGPACK_AND_PYDANTIC.length);
    await visit(page, place.site.origin, given);
    assert.deepEqual(place.takeAsked(), []);
  }));

  test("lock: with the network gone, the page works", inPage(async (page) => {
    await using place = await Place.open();
    const address = `${place.site.origin}/?keeps-itself`;
    await visit(page, address, lock);
    await place[Symbol.asyncDispose]();
    const { warnings } = await visit(page, address, lock);
    assert.match(warnings.join("\n"), new RegExp(`^${place.site.origin}: no answer: .*; using the pages kept from 20`));
  }));

  for (const surface of ["page", "worker"]) {
    test(`list in a ${surface}: a second visit revalidates pages and requests no wheel`, inPage(async (page) => {
      await using place = await Place.open();
      const address = `${place.site.origin}/#${surface}`;
      const first = await visit(page, address, list(place));
      const pages = namesOf(place.takeAsked(), /^200 [a-z-]+$/);
      const second = await visit(page, address, list(place));
      assert.deepEqual(place.takeAsked(), pages.map((line) => line.replace("200", "304")));
      assert.deepEqual([first.warnings, second.warnings, said], [[], [], []]);
    }));
  }

  /** Waits until the page has kept all archives, and bytecode. */
  async function waitForKept(page: Page): Promise<void> {
    const isKept = async (least: number) => {
      const urls = (await (await caches.open("wherry-v1")).keys()).map(({ url }) => url);
      return urls.length >= least && urls.some((url) => url.includes("bytecode-"));
    };
    await page.waitForFunction(isKept, { polling: 100 }, 2 * MSGPACK_AND_PYDANTIC.length + 1);
  }

  for (const surface of ["page", "worker"]) {
    test(`wherry's wheel alone in a ${surface}: downloads and bytecode are kept, as with attach()`, inPage(async (page) => {
      await using place = await Place.open();
      const address = `${place.site.origin}/#${surface}`;
      const given = { ...list(place), wheel: `${place.site.origin}/wherry/wheels/${WHEEL}` };
      const first = await visit(page, address, given);
      const pages = namesOf(place.takeAsked(), /^200 [a-z-]+$/);
      await waitForKept(page);
      const second = await visit(page, address, given);
      assert.deepEqual(place.takeAsked(), pages.map((line) => line.replace("200", "304")));
      assert.deepEqual([first.warnings, second.warnings], [[], []]);
      assert.equal(second.hasBytecode, true);
    }));
  }

  test("list: with the network gone, the kept pages are used, and the report says so", inPage(async (page) => {
    await using place = await Place.open();
    const address = `${place.site.origin}/?keeps-itself`;
    await visit(page, address, list(place));
    await place[Symbol.asyncDispose]();
    const { warnings } = await visit(page, address, list(place));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", new RegExp(`^${place.index.origin}: no answer: .*; using the pages kept from 20`));
  }));

  test("broken, truncated and foreign entries cost a download", inPage(async (page) => {
    await using place = await Place.open();
    await visit(page, place.site.origin, list(place));
    const asked = place.takeAsked();
    await page.evaluate(async () => {
      const cache = await caches.open("wherry-v1");
      for (const [at, { url }] of (await cache.keys()).entries()) {
        const content = await (await cache.match(url))?.arrayBuffer();
        const others = ["broken", content?.slice(0, content.byteLength / 2) ?? "", new Uint8Array(content?.byteLength ?? 0)];
        await cache.put(url, new Response(others[at % others.length] as BodyInit));
      }
      await cache.put("/foreign", new Response("foreign"));
    });
    const { warnings } = await visit(page, place.site.origin, list(place));
    assert.deepEqual(warnings, []);
    assert.deepEqual(place.takeAsked().map((line) => line.replace("304", "200")).sort(), asked);
    await visit(page, place.site.origin, list(place));
    assert.deepEqual(namesOf(place.takeAsked(), /^200/), []);
    assert.deepEqual(said, []);
  }));

  /** Waits until the page has kept bytecode. */
  async function waitForBytecode(page: Page): Promise<void> {
    const isKept = async () => (await (await caches.open("wherry-v1")).keys()).some(({ url }) => url.includes("bytecode-"));
    await page.waitForFunction(isKept, { polling: 100 });
  }

  for (const surface of ["page", "worker"]) {
    test(`bytecode in a ${surface}: it is kept, and used on the second visit`, inPage(async (page) => {
      await using place = await Place.open();
      const address = `${place.site.origin}/#${surface}`;
      // A module may have been compiled while other wheels travelled. Those of the cache do not travel.
      await visit(page, address, lock);
      await waitForBytecode(page);
      assert.equal((await visit(page, address, lock)).hasBytecode, true);
      assert.equal((await visit(page, address, { options: { ...lock.options, bytecode: false } })).hasBytecode, false);
      assert.deepEqual(said, []);
    }));
  }

  test("bytecode that is damaged is compiled anew, and kept again", inPage(async (page) => {
    await using place = await Place.open();
    await visit(page, place.site.origin, lock);
    await waitForBytecode(page);
    await page.evaluate(async () => {
      const cache = await caches.open("wherry-v1");
      const urls = (await cache.keys()).map(({ url }) => url).filter((url) => url.includes("bytecode-"));
      for (const url of urls) await cache.put(url, new Response("damaged"));
    });
    assert.equal((await visit(page, place.site.origin, lock)).hasBytecode, false);
    const isReplaced = async () => {
      const cache = await caches.open("wherry-v1");
      const urls = (await cache.keys()).map(({ url }) => url).filter((url) => url.includes("bytecode-"));
      const contents = await Promise.all(urls.map(async (url) => (await cache.match(url))?.text()));
      return contents.some((content) => content !== "damaged");
    };
    await page.waitForFunction(isReplaced, { polling: 100 });
    assert.equal((await visit(page, place.site.origin, lock)).hasBytecode, true);
    assert.deepEqual(said, []);
  }));

  test("two tabs may fill the cache at the same time", inPage(async (page) => {
    await using place = await Place.open();
    const other = await page.browserContext().newPage();
    await Promise.all([page, other].map((page) => visit(page, place.site.origin, lock)));
    place.takeAsked();
    await visit(page, place.site.origin, lock);
    assert.deepEqual(place.takeAsked(), ["200 pylock.toml"]);
  }));

  test("a page that may not store anything works, without a word on the console", inPage(async (page) => {
    // In a sandbox the page has an origin of its own, without storage.
    const headers = { "Content-Security-Policy": "sandbox allow-scripts", "Access-Control-Allow-Origin": "*" };
    await using place = await Place.open(headers);
    assert.equal((await visit(page, place.site.origin, list(place))).size, 0);
    assert.deepEqual(said, []);
  }));

  // Only Chromium lets a test set the quota.
  test("a page whose quota is used up works, without a word on the console", { skip: name !== "chromium" }, inPage(async (page) => {
    await using place = await Place.open();
    const session = await page.createCDPSession();
    await session.send("Storage.overrideQuotaForOrigin", { origin: place.site.origin, quotaSize: 100_000 });
    const { size } = await visit(page, place.site.origin, list(place));
    assert.ok(size < 100_000, `${size} bytes`);
    assert.deepEqual(said, []);
  }));

  test("after the installation the cache is pruned to a tenth of the quota", inPage(async (page) => {
    await using place = await Place.open();
    // Chromium reports the same quota whatever it grants.
    await page.evaluateOnNewDocument(() => (navigator.storage.estimate = async () => ({ quota: 10_000_000 })));
    const { size } = await visit(page, place.site.origin, lock);
    assert.ok(size > 1_000_000, `${size} bytes`);
    const isPruned = async () => {
      const cache = await caches.open("wherry-v1");
      const responses = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
      const contents = await Promise.all(responses.map(async (response) => (await response?.arrayBuffer())?.byteLength ?? 0));
      return contents.reduce((sum, length) => sum + length, 0) <= 1_000_000;
    };
    await page.waitForFunction(isPruned, { polling: 100 });
  }));
}
