import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { Room } from "../src/host/memory_budget.ts";

const going = new AbortController().signal;

/** Starts to wait, and returns what tells whether that has ended. */
async function waiting(room: Room, owner: object, signal = going): Promise<() => boolean> {
  let isOver = false;
  void room.wait(owner, signal).then(() => (isOver = true));
  await setImmediate();
  return () => isOver;
}

test("while there is room, all go on", () => {
  const room = new Room(10);
  assert.ok(room.take({}, 5));
  assert.ok(room.take({}, 5));
});

test("where there is none, one goes on until it leaves, then the next", async () => {
  const room = new Room(10);
  const [first, second, third] = [{}, {}, {}];
  assert.ok(room.take(second, 4));
  assert.ok(room.take(third, 4));
  assert.ok(room.take(first, 8));
  assert.ok(room.take(first, 8));
  assert.ok(!room.take(second, 1));
  assert.ok(!room.take(third, 7));
  const [secondGoes, thirdGoes] = [await waiting(room, second), await waiting(room, third)];
  assert.ok(!secondGoes() && !thirdGoes());
  room.leave(first, 16);
  await setImmediate();
  assert.ok(secondGoes() && !thirdGoes());
  room.leave(second, 5);
  await setImmediate();
  assert.ok(thirdGoes());
});

test("one that waits for something else lets another go on, and comes back later", async () => {
  const room = new Room(10);
  const [first, second] = [{}, {}];
  assert.ok(room.take(first, 11));
  assert.ok(!room.take(second, 1));
  const secondGoes = await waiting(room, second);
  room.leave(first);
  await setImmediate();
  assert.ok(secondGoes());
  const firstGoes = await waiting(room, first);
  assert.ok(!firstGoes());
  room.leave(second, 1);
  await setImmediate();
  assert.ok(firstGoes());
});

test("one that is aborted waits no longer", async () => {
  const room = new Room(10);
  const controller = new AbortController();
  room.take({}, 11);
  const owner = {};
  room.take(owner, 1);
  const goes = await waiting(room, owner, controller.signal);
  assert.ok(!goes());
  controller.abort();
  await setImmediate();
  assert.ok(goes());
});
