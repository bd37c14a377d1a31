// A package index with the wheels that tests/wheels pins: `python -m tests.harness.wheelhouse` fetches them.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { LoopbackServer } from "./serving.ts";

const CORS = { "Access-Control-Allow-Origin": "*" };
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
  /** It lets every origin in. */
  open: string;
  /** It lets no other origin in. */
  closed: string;
  /** It takes requests and never answers. */
  silent: string;
}

export function readWheels(...folders: string[]): Wheel[] {
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((filename) => filename.endsWith(".whl"))
      .sort()
      .map((filename) => readWheel(folder, filename)),
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
  const root = (name: string) => `${server.origin}/${name}/simple/`;
  return { server, urls: { open: root("open"), closed: root("closed"), silent: root("silent") } };
}

function answerFrom(wheels: readonly Wheel[]): RequestListener {
  return (request, response) => {
    const [, door, place, name = ""] = (request.url ?? "").split("/");
    if (door === "silent") return;
    const headers = door === "open" ? CORS : {};
    const root = `http://${request.headers.host}/${door}`;
    const body = place === "simple" ? projectPage(wheels, name, root) : readPublished(wheels, name);
    if (body === undefined) return void response.writeHead(404, headers).end();
    const type = place === "simple" ? JSON_TYPE : "application/octet-stream";
    response.writeHead(200, { ...headers, "Content-Type": type, "Content-Length": body.length }).end(body);
  };
}

function readPublished(wheels: readonly Wheel[], path: string): Buffer | undefined {
  const wheel = wheels.find(({ filename }) => path === filename || path === `${filename}.metadata`);
  return path.endsWith(".metadata") ? wheel?.metadata : wheel?.content;
}

/** The project page of PEP 691, with the fields of PEP 700 and 714. */
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
