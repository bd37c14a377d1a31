// Policies that forbid evaluating JavaScript, and wherry without attach(): Python alone does all of its work.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { inTab } from "./crashes.ts";
import { type BrowserName, launch } from "./launch.ts";
import { serveFolders } from "./serving.ts";
import { DIST, MSGPACK_AND_PYDANTIC, PLACES, PYODIDE, WHEELS } from "./surfaces.ts";
import { readWheels, serveIndex } from "./wheel_index.ts";

declare global {
  /** Plays all scenes of scenes.py. */
  var playAlone: (given: { wheel: string; indexUrls: object; wheelUrl: string }) => Promise<Told>;
}

type Told = Record<string, any>;

const WHEEL = readdirSync(join(DIST, "wheels")).find((name) => name.includes("pyemscripten"));

const POLICIES = {
  "no unsafe-eval": (index: string) =>
    `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${index}`,
  "Trusted Types": () => "require-trusted-types-for 'script'",
} as const;

const TESTED: readonly [BrowserName, keyof typeof POLICIES, (typeof PLACES)[number]][] = [
  ...PLACES.flatMap((place) => Object.keys(POLICIES).map((policy) => ["chromium", policy, place] as any)),
  ["firefox", "no unsafe-eval", "page"],
];

const browsers = new Map<BrowserName, Browser>();

before(async () => {
  for (const name of new Set(TESTED.map(([name]) => name))) browsers.set(name, await launch(name));
});

after(async () => {
  for (const browser of browsers.values()) await browser.close();
});

for (const [name, policy, place] of TESTED) {
  test(`${name}, ${policy}, ${place}: Python alone installs, fails, cancels, removes and locks`, (context) =>
    inTab(() => browsers.get(name) as Browser, async (page) => {
      const wheels = readWheels(...WHEELS);
      const { server, urls } = await serveIndex(wheels);
      await using index = server;
      const folders = { "/pyodide/": PYODIDE, "/wherry/": DIST, "/": join(import.meta.dirname, "alone") };
      await using site = await serveFolders(folders, { "Content-Security-Policy": POLICIES[policy](index.origin) });
      await page.goto(`${site.origin}/index.html${place === "worker" ? "#worker" : ""}`);
      await page.waitForFunction(() => "playAlone" in globalThis);
      const wheelUrl = `${index.origin}/open/files/${wheels.find(({ name }) => name === "idna")?.filename}`;
      const given = { wheel: `${site.origin}/wherry/wheels/${WHEEL}`, indexUrls: urls, wheelUrl };
      const told: Told = await page.evaluate((given) => globalThis.playAlone(given), given);
      assert.equal(told["problem"], undefined);
      context.diagnostic(told["environment"]);
      check(told);
    })());
}

function check(told: Told): void {
  assert.match(
    told["environment"],
    /^Pyodide 314\.\S+, Python 3\.14\.\d+, platform pyemscripten_2026_0_wasm32; JavaScript: none \(refused by the page's policy: EvalError: .+\), so Python alone does its work$/,
  );
  // One attempt to evaluate, and no other.
  assert.equal(told["blocked"].length, 1);
  assert.equal(told["worked"], 5);
  assert.deepEqual(told["installed"], MSGPACK_AND_PYDANTIC);
  assert.deepEqual([told["warnings"], told["has_problems"]], [[], false]);
  assert.deepEqual(told["phases"], ["resolving", "downloading", "placing", "done"]);
  assert.ok(told["most_bytes"] > 1_000_000);
  assert.equal(told["wrong_hash"].error, "IntegrityError");
  assert.deepEqual([told["cut"].error, told["cut"].kind], ["IndexUnreachable", "cut"]);
  assert.deepEqual([told["endless"].error, told["endless"].limit], ["AnswerTooLarge", 2 ** 20]);
  assert.deepEqual([told["closed"].error, told["closed"].kind], ["IndexUnreachable", "cors"]);
  assert.deepEqual([told["cancelled"], told["unchanged"]], [true, true]);
  assert.deepEqual(told["removed"], ["msgpack"]);
  assert.deepEqual(told["locked"], ["idna", "msgpack"]);
  assert.deepEqual(told["synchronous"], ["sortedcontainers"]);
}
