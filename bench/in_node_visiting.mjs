// Makes one visit in Node: the task comes as JSON on the standard input, the result goes as JSON to the output.
import { json } from "node:stream/consumers";
import { peakMemory } from "./processes.mjs";
import { visit } from "./visiting.mjs";

const readCpu = async () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const answer = await visit(await json(process.stdin), { readCpu }).then(
  (result) => ({ result: { ...result, memory: peakMemory([process.pid]) } }),
  (error) => ({ error: String(error?.message ?? error) }),
);
// Open connections would keep the process alive.
process.stdout.write(JSON.stringify(answer), () => process.exit());
