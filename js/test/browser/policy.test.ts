// The strictest Content-Security-Policy under which Pyodide itself runs: no eval, no other origin, no script inline.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BROWSERS } from "./launch.ts";
import { openBrowser, PAGES, PLACES } from "./surfaces.ts";

const policy = (index: string) =>
  `default-src 'self'; script-src 'self' 'wasm-unsafe-eval' ${hashOfImportMap()}; connect-src 'self' ${index}`;

/** Returns the hash of the inline import map, which the policy needs. */
function hashOfImportMap(): string {
  const [, map = ""] = /<script type="importmap">(.*?)<\/script>/s.exec(readFileSync(join(PAGES, "page.html"), "utf8")) ?? [];
  return `'sha256-${createHash("sha256").update(map).digest("base64")}'`;
}

for (const browser of BROWSERS) {
  for (const place of PLACES) {
    test(`${browser}, ${place}: everything installs and imports under a strict policy`, async (context) => {
      await using surface = await openBrowser(browser, place, policy);
      const { packages, reported, refusesEval } = await surface.play("policy");
      context.diagnostic(packages.join(", "));
      assert.deepEqual(reported, []);
      assert.ok(refusesEval, "the policy is not in force");
      assert.equal(packages.length, 15);
    });
  }
}
