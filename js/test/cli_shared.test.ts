import assert from "node:assert/strict";
import { test } from "node:test";

import { isPending, raiseInterrupt, share, SIGINT, signalPlace } from "../src/cli/shared.ts";

test("a signal that has been seen is taken away, and no other", () => {
  const shared = share();
  const place = signalPlace(shared);
  assert.equal(place[0], 0);
  // As it happens where the other thread is quicker than whoever looks.
  raiseInterrupt(shared);
  place[0] = 0;
  assert.ok(isPending(shared));
  assert.equal(place[0], SIGINT);
  place[0] = 0;
  assert.ok(!isPending(shared));
});
