// A module worker that makes one visit: the task comes as a message, and so goes the result.
//
// The page is asked for processor times, because a worker cannot ask the program outside of it.
import { visit } from "./visiting.mjs";

let answer;

const readCpu = () =>
  new Promise((resolve) => {
    answer = resolve;
    postMessage({ asks: true });
  });

globalThis.onmessage = ({ data }) => {
  if ("cpu" in data) return answer(data.cpu);
  visit(data, { readCpu }).then(
    (result) => postMessage({ result }),
    (error) => postMessage({ error: String(error?.message ?? error) }),
  );
};
