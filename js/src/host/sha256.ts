import { sha256 as inScript } from "@noble/hashes/sha2.js";

/** Node's own module, which is ten times faster. Browsers have no hash that does not have to be awaited. */
const { createHash } = globalThis.process?.getBuiltinModule?.("node:crypto") ?? {};

/** Returns the SHA-256 at once. */
export function sha256(content: Uint8Array): Uint8Array {
  return createHash ? createHash("sha256").update(content).digest() : inScript(content);
}
