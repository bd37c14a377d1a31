import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { MemoryBudget } from "../src/host/memory_budget.ts";

const going = new AbortController().signal;

/** Starts to wait. Returns a function that tells whether the wait has ended. */
async function waiting(budget: MemoryBudget, owner: object, signal = going): Promise<() => boolean> {
  let isOver = false;
  void budget.wait(owner, signal).then(() => (isOver = true));
  await setImmediate();
  return () => isOver;
}

test("within the budget all continue", () => {
  const budget = new MemoryBudget(10);
  assert.ok(budget.take({}, 5));
  assert.ok(budget.take({}, 5));
});

test("beyond the budget one continues at a time", async () => {
  const budget = new MemoryBudget(10);
  const [first, second, third] = [{}, {}, {}];
  assert.ok(budget.take(second, 4));
  assert.ok(budget.take(third, 4));
  assert.ok(budget.take(first, 8));
  assert.ok(budget.take(first, 8));
  assert.ok(!budget.take(second, 1));
  assert.ok(!budget.take(third, 7));
  const [secondGoes, thirdGoes] = [await waiting(budget, second), await waiting(budget, third)];
  assert.ok(!secondGoes() && !thirdGoes());
  budget.leave(first, 16);
  await setImmediate();
  assert.ok(secondGoes() && !thirdGoes());
  budget.leave(second, 5);
  await setImmediate();
  assert.ok(thirdGoes());
});

test("an owner can give up its turn, and gets it back later", async () => {
  const budget = new MemoryBudget(10);
  const [first, second] = [{}, {}];
  assert.ok(budget.take(first, 11));
  assert.ok(!budget.take(second, 1));
  const secondGoes = await waiting(budget, second);
  budget.leave(first);
  await setImmediate();
  assert.ok(secondGoes());
  const firstGoes = await waiting(budget, first);
  assert.ok(!firstGoes());
  budget.leave(second, 1);
  await setImmediate();
  assert.ok(firstGoes());
});

test("an aborted owner stops waiting", async () => {
  const budget = new MemoryBudget(10);
  const controller = new AbortController();
  budget.take({}, 11);
  const owner = {};
  budget.take(owner, 1);
  const goes = await waiting(budget, owner, controller.signal);
  assert.ok(!goes());
  controller.abort();
  await setImmediate();
  assert.ok(goes());
});
