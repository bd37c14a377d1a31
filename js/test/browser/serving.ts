// Servers on loopback.
import { readFile, stat } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { transform } from "esbuild";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".ts": "text/javascript",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};
const OTHER_TYPE = "application/octet-stream";

/** A server at a free port, closed by `await using`. */
export class LoopbackServer implements AsyncDisposable {
  /** Without a trailing slash. */
  readonly origin: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async listen(answer: RequestListener): Promise<LoopbackServer> {
    const server = createServer(answer);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return new LoopbackServer(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}

/**
 * Serves files like a static host, and TypeScript without its types.
 *
 * If one path of `folders` begins with another, the longer one comes first. Every answer has the `headers`, and waits
 * for `delay`, which is called with the path.
 */
export function serveFolders(
  folders: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
  delay?: (path: string) => Promise<void>,
): Promise<LoopbackServer> {
  return LoopbackServer.listen(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://loopback");
    await delay?.(pathname);
    const file = fileAt(folders, decodeURIComponent(pathname));
    const content = file && (await readServed(file));
    if (!content) return void response.writeHead(404, headers).end();
    const type = TYPES[extname(file)] ?? OTHER_TYPE;
    response.writeHead(200, { ...headers, "Content-Type": type, "Content-Length": content.length }).end(content);
  });
}

function fileAt(folders: Readonly<Record<string, string>>, path: string): string | undefined {
  const prefix = Object.keys(folders).find((prefix) => path.startsWith(prefix));
  if (prefix === undefined) return undefined;
  return join(folders[prefix] as string, path.slice(prefix.length), path.endsWith("/") ? "index.html" : "");
}

async function readServed(file: string): Promise<Buffer | undefined> {
  if (!(await stat(file).catch(() => undefined))?.isFile()) return undefined;
  const content = await readFile(file);
  return extname(file) === ".ts" ? Buffer.from((await transform(content, { loader: "ts" })).code) : content;
}
