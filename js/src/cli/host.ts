import tls from "node:tls";
import { setFlagsFromString } from "node:v8";
import { UsageError } from "./usage.ts";

const STACK_SWITCHING = ["--experimental-wasm-stack-switching", "--experimental-wasm-jspi"];
const OLDEST_NODE = [22, 19] as const;

/** Throws unless this Node.js can do what is needed. */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new UsageError(`Node.js ${OLDEST_NODE.join(".")} or later is needed, but this is Node.js ${version}`);
}

/**
 * Lets the engine switch stacks (JSPI) in threads that begin from now on, where it does not by itself: Node.js 22 to 25
 * have that behind flags. This thread stays as it is.
 */
export function allowStackSwitching(engine: object = WebAssembly, set = setFlagsFromString): void {
  // Flags that an engine does not know, it passes over.
  if (!canSwitchStacks(engine)) for (const flag of STACK_SWITCHING) set(flag);
}

/** Throws unless Python can wait for a socket: its stack has to make room for others meanwhile. */
export function requireStackSwitching(engine: object = WebAssembly, version: string = process.versions.node): void {
  if (canSwitchStacks(engine)) return;
  throw new UsageError(
    `--sockets needs a Node.js that can switch stacks (JSPI), and this Node.js ${version} cannot: use Node.js 26`,
  );
}

/** Whether there is JSPI, or what it was in Node.js 22; Pyodide can use both. */
function canSwitchStacks(engine: object): boolean {
  return "Suspending" in engine || "Suspender" in engine;
}

/** Trusts the authorities that this computer trusts, such as the one of a company's proxy. */
export function trustSystemAuthorities(): void {
  // Node.js 23, and 24 before 24.5, cannot: there Node's own list has to do.
  if (typeof tls.setDefaultCACertificates !== "function") return;
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), ...tls.getCACertificates("system")]);
}

/** The environment that a script sees: the process's own, less what would steer Python or the loader. */
export function scriptEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const entries = Object.entries(environment).filter(([name]) => !/^(PYTHON|LD_|DYLD_|_$)/.test(name));
  return Object.fromEntries(entries) as Record<string, string>;
}
