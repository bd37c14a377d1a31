// Offers `playAlone()`, here or, with `#worker` in the address, in a worker.
const inWorker = (given) =>
  new Promise((resolve, reject) => {
    // A policy may require this for the addresses of scripts.
    const policy = globalThis.trustedTypes?.createPolicy("page", { createScriptURL: (url) => url });
    const worker = new Worker(policy?.createScriptURL("worker.js") ?? "worker.js", { type: "module" });
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(given);
  });
globalThis.playAlone = location.hash === "#worker" ? inWorker : (await import("./play.js")).play;
