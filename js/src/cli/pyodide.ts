import { writeSync } from "node:fs";
import type { PyodideAPI } from "pyodide";
import { showCertificates, withoutCertificates } from "./certificates.ts";
import { requireStackSwitching, scriptEnvironment } from "./host.ts";
import type { Shared } from "./shared.ts";
import { connectStreams } from "./terminal.ts";
import { UsageError } from "./usage.ts";

/** Starts the Pyodide that is installed beside wherry, with the streams and environment of this process. */
export async function startPyodide(shared: Shared, { sockets = false } = {}): Promise<PyodideAPI> {
  if (sockets) requireStackSwitching();
  const { loadPyodide } = await importPyodide();
  const pyodide = await loadPyodide({
    env: withoutCertificates(scriptEnvironment()),
    // Used only while it starts. Without them Pyodide would use the process's streams.
    stdin: () => null,
    stdout: (line) => void writeSync(1, `${line}\n`),
    stderr: (line) => void writeSync(2, `${line}\n`),
  });
  connectStreams(pyodide, shared);
  showCertificates(pyodide);
  if (sockets) await pyodide.useNodeSockFS();
  return pyodide;
}

async function importPyodide() {
  try {
    return await import("pyodide");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError("Pyodide, which runs the scripts, is not installed beside wherry: npm install pyodide");
  }
}
