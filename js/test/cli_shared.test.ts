import assert from "node:assert/strict";
import { test } from "node:test";

import { isPending, raiseInterrupt, share, SIGINT, signalPlace } from "../src/cli/shared.ts";

test("only a signal that was seen is removed", () => {
  const shared = share();
  const place = signalPlace(shared);
  assert.equal(place[0], 0);
  // A signal between the read and the write of Python.
  raiseInterrupt(shared);
  place[0] = 0;
  assert.ok(isPending(shared));
  assert.equal(place[0], SIGINT);
  place[0] = 0;
  assert.ok(!isPending(shared));
});
