// Offers `play`, here or, with `#worker` in the address, in a worker.
const inWorker = (given) =>
  new Promise((resolve, reject) => {
    const name = (url) => url;
    // A policy may require this for the addresses of scripts.
    const { createScriptURL } = globalThis.trustedTypes?.createPolicy("page", { createScriptURL: name }) ?? {};
    const worker = new Worker(createScriptURL?.("worker.js") ?? "worker.js", { type: "module" });
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(given);
  });
globalThis.play = location.hash === "#worker" ? inWorker : (await import("./play.js")).play;
