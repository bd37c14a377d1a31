// Pyodide's CDN on loopback. Wheels of the tests replace its wheels, under the names and versions of the genuine lock.
import { createHash } from "node:crypto";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { LoopbackServer } from "./serving.ts";
import type { Wheel } from "./wheel_index.ts";

interface LockedPackage {
  name: string;
  version: string;
  file_name: string;
  sha256: string;
}

export interface Lock {
  packages: Record<string, LockedPackage>;
}

/** Files by name, and the lock with their hashes. */
export interface StandIns {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly lock: Lock;
}

/** Creates stand-ins for packages of a lock from wheels of other versions. */
export function standIn(lock: Lock, wheels: readonly Wheel[]): StandIns {
  const files = new Map<string, Uint8Array>();
  const packages = { ...lock.packages };
  const versions = new Map(Object.values(packages).map(({ name, version }) => [normalize(name), version]));
  for (const [key, locked] of Object.entries(lock.packages)) {
    const wheel = wheels.find(({ name }) => name === normalize(locked.name));
    if (!wheel) continue;
    const content = relabel(wheel, locked.version, versions);
    files.set(locked.file_name, content);
    packages[key] = { ...locked, sha256: digest(content, "hex") };
  }
  return { files, lock: { ...lock, packages } };
}

/** Serves files of one folder to every origin. */
export function serveCdn({ files }: StandIns): Promise<LoopbackServer> {
  return LoopbackServer.listen((request, response) => {
    const content = files.get(decodeURIComponent((request.url ?? "").slice(1)));
    const headers = { "Access-Control-Allow-Origin": "*" };
    if (!content) return void response.writeHead(404, headers).end();
    response.writeHead(200, { ...headers, "Content-Length": content.length }).end(content);
  });
}

/** Returns a wheel with the version `version`, and with the lock's versions in its exact requirements. */
function relabel({ name, version: before, content }: Wheel, version: string, versions: ReadonlyMap<string, string>): Uint8Array {
  const entries: Record<string, Uint8Array> = {};
  const stem = name.replaceAll("-", "_");
  const folder = `${stem}-${version}.dist-info/`;
  for (const [path, bytes] of Object.entries(unzipSync(content))) {
    entries[path.replace(`${stem}-${before}.dist-info/`, folder)] = bytes;
  }
  entries[`${folder}METADATA`] = strToU8(
    strFromU8(entries[`${folder}METADATA`] ?? new Uint8Array())
      .replace(/^Version: .*$/m, `Version: ${version}`)
      .replaceAll(/^(Requires-Dist: ([\w.-]+)==)[\w.]+/gm, (line, start, other) => {
        const locked = versions.get(normalize(other));
        return locked ? start + locked : line;
      }),
  );
  delete entries[`${folder}RECORD`];
  const lines = Object.entries(entries).map(([path, bytes]) => `${path},sha256=${digest(bytes, "base64url")},${bytes.length}\n`);
  entries[`${folder}RECORD`] = strToU8(`${lines.join("")}${folder}RECORD,,\n`);
  return zipSync(entries, { level: 1 });
}

function digest(content: Uint8Array, encoding: "hex" | "base64url"): string {
  return createHash("sha256").update(content).digest(encoding);
}

function normalize(name: string): string {
  return name.toLowerCase().replaceAll(/[._-]+/g, "-");
}
