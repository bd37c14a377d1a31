// Runs one measurement in Node: the task comes as JSON on the standard input, the result goes as JSON to the output.
import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { measure } from "./measuring.mjs";

/** Linux forgets the peak of a process when told so; elsewhere there is no such figure. */
const LINUX = process.platform === "linux";
let residentBefore = 0;

const host = {
  async readBytes(url) {
    // A Buffer may be a view into a pool that Node shares; Pyodide needs separate memory.
    return Uint8Array.from(await readFile(new URL(url)));
  },
  startMemory() {
    globalThis.gc?.();
    residentBefore = process.memoryUsage.rss();
    if (LINUX) writeFileSync("/proc/self/clear_refs", "5");
  },
  readMemory() {
    return LINUX ? peak() - residentBefore : null;
  },
};

function peak() {
  const [, kibibytes] = readFileSync("/proc/self/status", "utf8").match(/^VmHWM:\s+(\d+) kB$/m);
  return Number(kibibytes) * 1024;
}

const task = JSON.parse(readFileSync(0, "utf8"));
const answer = await measure(task, host).then(
  (result) => ({ result }),
  (error) => ({ error: String(error?.message ?? error) }),
);
// Open connections would keep the process alive.
process.stdout.write(JSON.stringify(answer), () => process.exit());
