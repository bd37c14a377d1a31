// The processes of a browser that run pages, as Linux shows them in /proc. Elsewhere there are none.
import { readdirSync, readFileSync } from "node:fs";

/** Chromium's processes of pages, and Firefox's. */
const CONTENT = /--type=renderer|-contentproc[^]* tab\s*$/;
/** The unit of processor times: Linux reports them in hundredths of seconds on every usual machine. */
const TICKS = 100;

/** Returns the ids of the processes below `root` that run pages and workers. */
export function contentProcesses(root) {
  return descendants(root).filter((id) => CONTENT.test(read(id, "cmdline").replaceAll("\0", " ")));
}

/** Returns the largest peak of the resident memory in bytes: the process of the page. Null if unknown. */
export function peakMemory(ids) {
  const peaks = ids.map((id) => Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(id, "status"))?.[1] ?? 0) * 1024);
  return Math.max(0, ...peaks) || null;
}

/** Returns the processor time of all threads of the processes, in seconds. */
export function processorTime(ids) {
  return ids.reduce((total, id) => total + ticks(read(id, "stat")), 0) / TICKS;
}

/** Returns user and system time of a line of /proc/ID/stat, whose second field may have spaces and brackets. */
function ticks(line) {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function descendants(root) {
  const parents = new Map(processIds().map((id) => [id, parentOf(id)]));
  const isBelow = (id) => id === root || (parents.has(id) && isBelow(parents.get(id)));
  return [...parents.keys()].filter(isBelow);
}

function parentOf(id) {
  return Number(/^PPid:\s+(\d+)$/m.exec(read(id, "status"))?.[1] ?? 0);
}

function processIds() {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return [];
  }
}

/** Returns the text of a file of a process; empty if it has ended. */
function read(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return "";
  }
}
