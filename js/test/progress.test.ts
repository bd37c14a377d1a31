// The state of the progress element, without the element.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProgressEvent } from "../src/index.ts";
import { Course } from "../src/progress/course.ts";
import { describeFailure, wasStopped } from "../src/progress/failure.ts";
import { WherryError } from "../src/errors.ts";

function event(parts: Partial<ProgressEvent>): ProgressEvent {
  const nothing = { done: 0, total: null, package: null, bytesDone: null, bytesTotal: null, fraction: 0 };
  return { phase: "downloading", message: "", ...nothing, ...parts };
}

function bytes(name: string, bytesDone: number, bytesTotal: number | null = 4000): ProgressEvent {
  return event({ package: name, bytesDone, bytesTotal });
}

test("a package goes from waiting to placed", () => {
  const course = new Course();
  const states: unknown[] = [];
  for (const step of [
    event({ phase: "resolving", package: "six" }),
    event({ package: "six" }),
    bytes("six", 1000),
    bytes("six", 4000),
    event({ phase: "placing", package: "six" }),
  ]) {
    course.hear(step, 0);
    states.push(course.packages.get("six")?.state);
  }
  assert.deepEqual(states, [undefined, "waiting", "downloading", "downloaded", "placed"]);
});

test("packages without a placing event are placed at the end", () => {
  const course = new Course();
  course.hear(bytes("six", 1000, null), 0);
  course.hear(event({ phase: "done", fraction: 1 }), 1);
  assert.equal(course.packages.get("six")?.state, "placed");
});

test("the rate is smoothed, and sums all packages that are being downloaded", () => {
  const course = new Course();
  course.hear(bytes("six", 0), 0);
  assert.equal(course.rate, null);
  course.hear(bytes("six", 1000), 1000);
  assert.equal(course.rate, 1000);
  course.hear(bytes("six", 3000), 2000);
  const rate = course.rate ?? 0;
  assert.ok(rate > 1000 && rate < 2000, `${rate}`);
  course.hear(bytes("idna", 0, 8000), 2000);
  course.hear(bytes("idna", 500, 8000), 2500);
  assert.equal(course.rate, rate + 1000);
  course.hear(bytes("six", 4000), 3000);
  assert.equal(course.rate, 1000);
});

test("a repeated transfer makes no negative rate", () => {
  const course = new Course();
  course.hear(bytes("six", 0), 0);
  course.hear(bytes("six", 2000), 1000);
  course.hear(bytes("six", 10), 2000);
  assert.equal(course.packages.get("six")?.rate, 2000);
  assert.equal(course.packages.get("six")?.bytesDone, 10);
  course.hear(bytes("six", 20), 2000);
  assert.equal(course.packages.get("six")?.rate, 2000);
});

test("an event of another call is recognized", () => {
  const course = new Course();
  assert.equal(course.isOver(event({ phase: "resolving" })), false);
  course.hear(event({ fraction: 0.5 }), 0);
  assert.equal(course.isOver(event({ fraction: 0.5 })), false);
  assert.equal(course.isOver(event({ phase: "resolving", fraction: 0 })), true);
  course.hear(event({ phase: "done", fraction: 1 }), 0);
  assert.equal(course.isOver(event({ phase: "done", fraction: 1 })), true);
});

test("any rejection can be described", () => {
  const error = new WherryError({ type: "UnknownProject", code: "unknown-project", message: "No index has it" });
  assert.deepEqual(describeFailure(error), { code: "unknown-project", message: "No index has it" });
  assert.deepEqual(describeFailure(new TypeError("odd")), { code: "TypeError", message: "odd" });
  assert.deepEqual(describeFailure("odd"), { code: "error", message: "odd" });
  assert.equal(wasStopped(error), false);
  assert.equal(wasStopped(new DOMException("enough", "AbortError")), true);
});
