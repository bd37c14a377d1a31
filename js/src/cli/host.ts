import tls from "node:tls";
import { setFlagsFromString } from "node:v8";
import { UsageError } from "./usage.ts";

const STACK_SWITCHING = ["--experimental-wasm-stack-switching", "--experimental-wasm-jspi"];
const OLDEST_NODE = [22, 19] as const;

/** Throws if this Node.js is too old. */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new UsageError(`wherry needs Node.js ${OLDEST_NODE.join(".")} or later, but this is Node.js ${version}`);
}

/**
 * Enables stack switching (JSPI) in threads that start later. Node.js 22 to 25 have it behind flags. It has no effect
 * on this thread.
 */
export function allowStackSwitching(engine: object = WebAssembly, set = setFlagsFromString): void {
  // An engine ignores unknown flags.
  if (!canSwitchStacks(engine)) for (const flag of STACK_SWITCHING) set(flag);
}

/** Throws unless Python can wait for a socket, which needs stack switching. */
export function requireStackSwitching(engine: object = WebAssembly, version: string = process.versions.node): void {
  if (canSwitchStacks(engine)) return;
  throw new UsageError(
    `--sockets needs a Node.js that can switch stacks (JSPI), and this Node.js ${version} cannot: use Node.js 26`,
  );
}

/** Whether the engine has JSPI, or its predecessor in Node.js 22. Pyodide can use both. */
function canSwitchStacks(engine: object): boolean {
  return "Suspending" in engine || "Suspender" in engine;
}

/** Trusts the certificate authorities of this computer, such as that of a company's proxy. */
export function trustSystemAuthorities(): void {
  // Node.js 23, and 24 before 24.5, use Node's own list only.
  if (typeof tls.setDefaultCACertificates !== "function") return;
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), ...tls.getCACertificates("system")]);
}

/** Returns the environment for a script: the process's, without variables for Python or the loader. */
export function scriptEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const entries = Object.entries(environment).filter(([name]) => !/^(PYTHON|LD_|DYLD_|_$)/.test(name));
  return Object.fromEntries(entries) as Record<string, string>;
}
