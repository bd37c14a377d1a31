import { BLOCK, BLOCKS, CONSTANTS, encodeModule, PAGE, STATE, WORD } from "./sha256_module.ts";

/** Node's own module. Browsers have no hash that does not have to be awaited. */
const { createHash } = globalThis.process?.getBuiltinModule?.("node:crypto") ?? {};

/** The largest part of the content to copy at once: whole blocks, with space left for the end of the last. */
const PART = PAGE - BLOCKS - 2 * BLOCK;
const LENGTH_BYTES = 8;
const STATE_WORDS = 8;

let hasher: Hasher | undefined;

/** Returns the SHA-256 at once. */
export function sha256(content: Uint8Array): Uint8Array {
  return createHash ? createHash("sha256").update(content).digest() : sha256InWasm(content);
}

/** Returns the SHA-256 at once, without the help of a platform. */
export function sha256InWasm(content: Uint8Array): Uint8Array {
  hasher ??= new Hasher();
  return hasher.hash(content);
}

/** Adds the blocks between two addresses to the state. */
type AddBlocks = (at: number, stop: number) => void;

class Hasher {
  readonly #add: AddBlocks;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #initial: number[];

  constructor() {
    // Pages may compile so small a module at once. Their policy allows WebAssembly, which Pyodide needs.
    const { m, f } = new WebAssembly.Instance(new WebAssembly.Module(encodeModule())).exports;
    const { buffer } = m as WebAssembly.Memory;
    this.#add = f as AddBlocks;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    // "the fractional parts of the square roots of the first eight prime numbers", and of the cube roots of 64
    const primes = firstPrimes(BLOCK);
    this.#initial = primes.slice(0, STATE_WORDS).map((prime) => fraction(Math.sqrt(prime)));
    primes.forEach((prime, index) => this.#view.setUint32(CONSTANTS + WORD * index, fraction(Math.cbrt(prime)), true));
  }

  hash(content: Uint8Array): Uint8Array {
    this.#initial.forEach((word, index) => this.#view.setUint32(STATE + WORD * index, word, true));
    let at = 0;
    for (; content.length - at > PART; at += PART) {
      this.#bytes.set(content.subarray(at, at + PART), BLOCKS);
      this.#add(BLOCKS, BLOCKS + PART);
    }
    this.#bytes.set(content.subarray(at), BLOCKS);
    this.#addLast(content.length - at, content.length);
    const digest = new DataView(new ArrayBuffer(WORD * STATE_WORDS));
    for (let index = 0; index < digest.byteLength; index += WORD) {
      digest.setUint32(index, this.#view.getUint32(STATE + index, true));
    }
    return new Uint8Array(digest.buffer);
  }

  /** Adds the last `rest` of `length` bytes: after them come a bit, zeros to the end of a block, and the length in bits. */
  #addLast(rest: number, length: number): void {
    const stop = BLOCKS + BLOCK * Math.ceil((rest + 1 + LENGTH_BYTES) / BLOCK);
    this.#bytes[BLOCKS + rest] = 0x80;
    this.#bytes.fill(0, BLOCKS + rest + 1, stop);
    this.#view.setBigUint64(stop - LENGTH_BYTES, 8n * BigInt(length));
    this.#add(BLOCKS, stop);
  }
}

/** Returns the first 32 bits behind the point. */
function fraction(number: number): number {
  return Math.floor((number % 1) * 2 ** 32);
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number++) {
    if (primes.every((prime) => number % prime)) primes.push(number);
  }
  return primes;
}
