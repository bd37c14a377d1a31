// A package index with the wheels pinned in tests/wheels, fetched by `python -m tests.harness.wheelhouse`.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { RequestListener, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { strFromU8, unzipSync } from "fflate";
import { LoopbackServer } from "./serving.ts";

const CORS = { "Access-Control-Allow-Origin": "*" };
const CORS_OF_FAILURES = { ...CORS, "Access-Control-Expose-Headers": "Retry-After" };
const JSON_TYPE = "application/vnd.pypi.simple.v1+json";

export interface Wheel {
  filename: string;
  /** Normalized. */
  name: string;
  version: string;
  content: Buffer;
  metadata: Buffer;
}

/** The roots of Simple APIs over the same wheels. */
export interface IndexUrls {
  /** Allows every origin. */
  open: string;
  /** Allows no other origin. */
  closed: string;
  /** Accepts requests and never answers. */
  silent: string;
  /** Answers every second request for a file, and is unavailable for a second before. */
  faltering: string;
  /** Closes the connection in the middle of each archive. */
  cutting: string;
  /** Never ends a page. */
  endless: string;
}

export function readWheels(...folders: string[]): Wheel[] {
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((filename) => filename.endsWith(".whl"))
      .sort()
      .map((filename) => readWheel(folder, filename)),
  );
}

/** The files of a project without wheels for Pyodide. */
export function nativeWheels(name: string): Wheel[] {
  const platforms = ["win_amd64", "win_arm64", "manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_11_0_arm64"];
  return ["2.8.0", "2.9.0", "2.9.1"].flatMap((version) =>
    ["cp312", "cp313", "cp314"].flatMap((tag) =>
      platforms.map((platform) => {
        const metadata = Buffer.from(`Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
        const filename = `${name}-${version}-${tag}-${tag}-${platform}.whl`;
        return { filename, name, version, content: Buffer.alloc(0), metadata };
      }),
    ),
  );
}

function readWheel(folder: string, filename: string): Wheel {
  const content = readFileSync(join(folder, filename));
  const [stem, version] = filename.split("-") as [string, string];
  const path = `${stem}-${version}.dist-info/METADATA`;
  const metadata = unzipSync(content, { filter: ({ name }) => name === path })[path];
  if (!metadata) throw new Error(`${filename} has no ${path}`);
  return { filename, name: stem.toLowerCase().replaceAll(/[._]+/g, "-"), version, content, metadata: Buffer.from(metadata) };
}

export async function serveIndex(wheels: readonly Wheel[]): Promise<{ server: LoopbackServer; urls: IndexUrls }> {
  const server = await LoopbackServer.listen(answerFrom(wheels));
  const doors = ["open", "closed", "silent", "faltering", "cutting", "endless"] as const;
  const urls = Object.fromEntries(doors.map((name) => [name, `${server.origin}/${name}/simple/`]));
  return { server, urls: urls as unknown as IndexUrls };
}

export function answerFrom(wheels: readonly Wheel[]): RequestListener {
  const failed = new Set<string>();
  return (request, response) => {
    const [, door, place, name = ""] = (request.url ?? "").split("/");
    if (door === "silent") return;
    const url = request.url ?? "";
    if (door === "faltering" && !failed.delete(url)) {
      failed.add(url);
      return void response.writeHead(503, { ...CORS_OF_FAILURES, "Retry-After": "1" }).end();
    }
    const headers = door === "closed" ? {} : CORS;
    const root = `http://${request.headers.host}/${door}`;
    const body = place === "simple" ? projectPage(wheels, name, root) : readPublished(wheels, name);
    if (body === undefined) return void response.writeHead(404, headers).end();
    const type = place === "simple" ? JSON_TYPE : "application/octet-stream";
    if (door === "endless") return writeEndlessly(response.writeHead(200, { ...headers, "Content-Type": type }), body);
    if (door === "cutting" && url.endsWith(".whl")) {
      response.writeHead(200, { ...headers, "Content-Type": type, "Content-Length": body.length });
      return void response.write(body.subarray(0, body.length / 2), () => response.destroy());
    }
    response.writeHead(200, { ...headers, "Content-Type": type, "Content-Length": body.length }).end(body);
  };
}

/** Writes a body, and then spaces until the connection is closed. */
function writeEndlessly(response: ServerResponse, body: Buffer): void {
  const spaces = Buffer.alloc(2 ** 16, " ");
  function* pieces() {
    yield body;
    while (true) yield spaces;
  }
  pipeline(pieces, response, () => {});
}

function readPublished(wheels: readonly Wheel[], path: string): Buffer | undefined {
  const wheel = wheels.find(({ filename }) => path === filename || path === `${filename}.metadata`);
  return path.endsWith(".metadata") ? wheel?.metadata : wheel?.content;
}

/** Returns the project page of PEP 691, with the fields of PEP 700 and 714. */
function projectPage(wheels: readonly Wheel[], name: string, root: string): Buffer | undefined {
  const ours = wheels.filter((wheel) => wheel.name === name);
  if (!ours.length) return undefined;
  const page = {
    meta: { "api-version": "1.1" },
    name,
    versions: ours.map(({ version }) => version),
    files: ours.map(({ filename, content, metadata }) => ({
      filename,
      url: `${root}/files/${filename}`,
      hashes: { sha256: sha256(content) },
      size: content.length,
      "upload-time": "2026-01-01T00:00:00Z",
      "requires-python": /^Requires-Python: (.+)$/m.exec(strFromU8(metadata))?.[1] ?? null,
      "core-metadata": { sha256: sha256(metadata) },
    })),
  };
  return Buffer.from(JSON.stringify(page));
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
