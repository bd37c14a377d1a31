// Makes one visit in a browser: the task comes as JSON on the standard input, the result goes as JSON to the output.
//
// Each visit has a browser process of its own, which begins with an empty memory, and the profile that the task names.
import { json } from "node:stream/consumers";
import { guard } from "../js/test/browser/crashes.ts";
import { launch, openPage } from "../js/test/browser/launch.ts";
import { contentProcesses, peakMemory, processorTime } from "./processes.mjs";

const task = await json(process.stdin);
const answer = await run(task).catch((error) => ({ error: String(error?.message ?? error) }));
process.stdout.write(JSON.stringify(answer));

async function run({ browser: name, surface, profile, pageUrl, ...visit }) {
  const browser = await launch(name, profile);
  try {
    const page = await openPage(browser);
    const processes = () => contentProcesses(browser.process().pid);
    await page.exposeFunction("readCpu", () => processorTime(processes()));
    await page.goto(pageUrl);
    const answer = await guard(page)(page.evaluate(surface === "worker" ? visitInWorker : visitInPage, `${pageUrl}/bench/`, visit));
    return answer.result ? { result: { ...answer.result, memory: peakMemory(processes()) } } : answer;
  } finally {
    // A browser writes its caches when it is asked to close.
    await browser.close();
  }
}

/* The following run in the page. */

function visitInPage(scripts, task) {
  return import(`${scripts}visiting.mjs`)
    .then(({ visit }) => visit(task, { readCpu: globalThis.readCpu }))
    .then((result) => ({ result }), (error) => ({ error: String(error?.message ?? error) }));
}

function visitInWorker(scripts, task) {
  return new Promise((resolve) => {
    const worker = new Worker(`${scripts}visiting_worker.mjs`, { type: "module" });
    worker.onerror = ({ message }) => resolve({ error: `worker: ${message}` });
    worker.onmessage = ({ data }) => {
      if (!data.asks) return resolve(data);
      globalThis.readCpu().then((cpu) => worker.postMessage({ cpu }));
    };
    worker.postMessage(task);
  });
}
