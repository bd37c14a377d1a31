import assert from "node:assert/strict";
import { test } from "node:test";
import { IdleTime } from "../src/host/idle_time.ts";

/** A page that becomes idle when the test says so, after the quiet time of no milliseconds. */
function page() {
  const callbacks: (() => void)[] = [];
  let tell = () => {};
  const next = () => new Promise<void>((resolve) => (tell = resolve));
  let asked = next();
  const becomeIdle = async () => {
    await asked;
    asked = next();
    callbacks.splice(0).forEach((callback) => callback());
  };
  const timeouts: number[] = [];
  const idle = new IdleTime((callback, { timeout }) => {
    callbacks.push(callback);
    timeouts.push(timeout);
    tell();
  }, 0);
  const done: string[] = [];
  const work = async (name: string, bytes = 1) => {
    await idle.wait(bytes);
    done.push(name);
  };
  return { asked, becomeIdle, callbacks, done, timeouts, work };
}

test("work waits until no more has come for a while and the page is idle, and all of it continues then", async () => {
  const { asked, becomeIdle, callbacks, done, timeouts, work } = page();
  const all = [work("a"), work("b")];
  // The page is not asked before the quiet time is over.
  assert.equal(callbacks.length, 0);
  await asked;
  assert.equal(callbacks.length, 1);
  assert.deepEqual(done, []);
  await becomeIdle();
  await Promise.all(all);
  assert.deepEqual(done, ["a", "b"]);
  // A page that is never idle must not hold the memory for ever.
  assert.ok(timeouts.every((timeout) => timeout > 0));
});

test("later work waits for the next time", async () => {
  const { becomeIdle, done, work } = page();
  const first = work("a");
  await becomeIdle();
  await first;
  const second = work("b");
  await Promise.resolve();
  assert.deepEqual(done, ["a"]);
  await becomeIdle();
  await second;
  assert.deepEqual(done, ["a", "b"]);
});

test("work that would hold too much memory does not wait, and no earlier work holds it up", async () => {
  const { becomeIdle, done, work } = page();
  await Promise.all([work("a", 60_000_000), work("b", 60_000_000)]);
  assert.deepEqual(done.sort(), ["a", "b"]);
  const again = work("c", 60_000_000);
  await Promise.resolve();
  assert.deepEqual(done, ["a", "b"]);
  await becomeIdle();
  await again;
});

test("where the platform cannot tell, nothing waits", () => {
  assert.equal(new IdleTime(undefined).wait(1), undefined);
});
