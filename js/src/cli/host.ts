import tls from "node:tls";
import { UsageError } from "./usage.ts";

const OLDEST_NODE = [22, 19] as const;

/** Throws unless this Node.js can do what is needed. */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new UsageError(`Node.js ${OLDEST_NODE.join(".")} or later is needed, but this is Node.js ${version}`);
}

/** Throws unless Python can wait for a socket: its stack has to make room for others meanwhile. */
export function requireStackSwitching(engine: object = WebAssembly, version: string = process.versions.node): void {
  if ("Suspending" in engine) return;
  throw new UsageError(
    `--sockets needs a Node.js that switches stacks (JSPI), as Node.js 26 does, but this is Node.js ${version}; ` +
      "from 22 on, NODE_OPTIONS=--experimental-wasm-stack-switching may do",
  );
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
