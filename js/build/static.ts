// Serve a folder over HTTP on this computer.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export interface StaticServer {
  /** Without a trailing slash. */
  readonly url: string;
  close(): void;
}

/** Serves `folder` at `port` of the loopback interface (0 is any free port), with additional headers. */
export async function serveFolder(
  folder: string,
  { port = 0, headers = {} }: { port?: number; headers?: Readonly<Record<string, string>> } = {},
): Promise<StaticServer> {
  const server = createServer((request, response) => {
    answer(folder, headers, request, response).catch(() => response.writeHead(404).end("Not found\n"));
  });
  await new Promise<void>((listening, failed) => server.once("error", failed).listen(port, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Answers with the file at the path. Rejects if it does not exist. */
async function answer(
  folder: string,
  headers: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const file = normalize(join(folder, decodeURIComponent(pathname), pathname.endsWith("/") ? "index.html" : ""));
  const { size } = await stat(file);
  if (!file.startsWith(normalize(folder) + sep)) throw new Error(`${pathname} is outside the folder`);
  const type = TYPES[extname(file)] ?? "application/octet-stream";
  response.writeHead(200, { "Content-Type": type, "Content-Length": size, "Cache-Control": "no-cache", ...headers });
  createReadStream(file).pipe(response);
}
