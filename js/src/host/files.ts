/** Reads a `file:` URL in Node.js and Deno. Rejects in browsers. */
export async function readFile(url: URL): Promise<Uint8Array> {
  const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs/promises");
  return readFile(url);
}

/** Returns the absolute URL of an address that is relative to the page or, in Node.js, to the working directory. */
export async function absoluteUrl(address: string): Promise<string> {
  if (SCHEME.test(address)) return address;
  const page = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (page !== undefined) return new URL(address, page).href;
  const { pathToFileURL } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:url");
  return pathToFileURL(address).href;
}

/** A scheme has two letters or more: `C:` is a drive of Windows. */
const SCHEME = /^[a-z][a-z\d+.-]+:/i;
