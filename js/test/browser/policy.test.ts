// The strictest Content-Security-Policy under which Pyodide itself runs: no inline scripts, no eval, no other origin.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BROWSERS } from "./launch.ts";
import { openBrowser, PLACES } from "./surfaces.ts";

const policy = (index: string) =>
  `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${index}`;

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
