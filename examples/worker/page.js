// The page exchanges messages with the worker: it sends words, and receives progress, answers and problems.
const bar = document.querySelector("progress");
const status = document.querySelector("[role=status]");
const form = document.querySelector("form");
const output = document.querySelector("output");

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });

worker.addEventListener("message", ({ data }) => {
  if (data.kind === "progress") {
    bar.value = data.fraction;
    status.textContent = data.phase === "done" ? "Ready" : data.message;
    // The report, with its warnings, is for developers.
    if (data.phase === "done") console.info(data.message);
  } else if (data.kind === "ready") {
    form.querySelector("button").disabled = false;
  } else if (data.kind === "answer") {
    output.textContent = data.text;
  } else {
    status.textContent = data.message;
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  worker.postMessage(form.words.value);
});
