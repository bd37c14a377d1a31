// A wheel of wherry that Pyodide loads as "micropip".
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from "fflate";
import { writeAtomically } from "./lock_files.ts";
import { UsageError } from "./usage.ts";

/** The version of micropip whose interface wherry has. */
const VERSION = "0.11.1";
const INFO = `micropip-${VERSION}.dist-info`;
const PACKAGE = `"""micropip's interface over wherry, of which this folder has only the name."""

import wherry

wherry.as_micropip()
`;
/** Makes the same bytes of the same files. */
const EARLIEST = new Date(1980, 0, 1);

export interface Wheel {
  filename: string;
  content: Uint8Array;
  sha256: string;
}

/** Returns the release wheel for the present Pyodide, which is beside this program. */
export function releaseWheel(folder = fileURLToPath(new URL("wheels/", import.meta.url))): Uint8Array {
  const name = existsSync(folder) ? readdirSync(folder).find((file) => file.includes("pyemscripten")) : undefined;
  if (name === undefined) throw new UsageError(`--as-micropip needs the wheel of wherry, which is missing in ${folder}`);
  return readFileSync(join(folder, name));
}

/**
 * Returns the wheel of a distribution named micropip with all files of `release` and a package `micropip`. Pyodide's loader
 * takes one distribution of a wheel. The build tag is the version of wherry, so that no cache takes one for another.
 */
export function micropipWheel(release: Uint8Array): Wheel {
  const members = unzipSync(release);
  const info = Object.keys(members)
    .find((path) => path.endsWith(".dist-info/WHEEL"))!
    .replace("/WHEEL", "");
  const metadata = strFromU8(members[`${info}/METADATA`]!);
  const build = `${/^Version: (.*)$/m.exec(metadata)![1]!.replaceAll("-", "_")}_wherry`;
  const wheel = strFromU8(members[`${info}/WHEEL`]!);
  const files: Record<string, Uint8Array> = { "micropip/__init__.py": strToU8(PACKAGE) };
  for (const [path, content] of Object.entries(members)) {
    if (path !== `${info}/RECORD`) files[path.replace(`${info}/`, `${INFO}/`)] = content;
  }
  files[`${INFO}/METADATA`] = strToU8(metadata.replace(/^Name: .*$/m, "Name: micropip").replace(/^Version: .*$/m, `Version: ${VERSION}`));
  files[`${INFO}/WHEEL`] = strToU8(wheel.replace(/^Tag: /m, `Build: ${build}\nTag: `));
  files[`${INFO}/RECORD`] = strToU8(recordOf(files));
  const tag = /^Tag: (.*)$/m.exec(wheel)![1]!;
  // The bytecode is compressed already.
  const entries = Object.entries(files).map(([path, content]) => [path, [content, { level: path.endsWith(".zst") ? 0 : 9, mtime: EARLIEST }]]);
  const content = zipSync(Object.fromEntries(entries) as Zippable);
  return { filename: `micropip-${VERSION}-${build}-${tag}.whl`, content, sha256: createHash("sha256").update(content).digest("hex") };
}

function recordOf(files: Readonly<Record<string, Uint8Array>>): string {
  const lines = Object.entries(files).map(
    ([path, content]) => `${path},sha256=${createHash("sha256").update(content).digest("base64url")},${content.length}\n`,
  );
  return `${lines.join("")}${INFO}/RECORD,,\n`;
}

/** Returns the text of a pyodide-lock whose micropip is `wheel`, in the folder `location` or, if it is empty, in that of the lock. */
export function withMicropip(text: string, { filename, sha256 }: Wheel, location: string): string {
  const document = JSON.parse(text);
  document.packages.micropip = {
    depends: [],
    file_name: location === "" ? filename : new URL(filename, location).href,
    imports: ["micropip", "wherry"],
    install_dir: "site",
    name: "micropip",
    package_type: "package",
    sha256,
    unvendored_tests: false,
    version: VERSION,
  };
  const packages = Object.entries(document.packages).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${JSON.stringify({ ...document, packages: Object.fromEntries(packages) }, null, 2)}\n`;
}

/** Reads the value of --as-micropip: the address of the lock's folder; empty if it has no value. */
export function readLocation(value: string | boolean): string {
  if (typeof value === "boolean") return "";
  if (!URL.canParse(value)) throw new UsageError(`--as-micropip ${value}: give the address of the folder of the lock, as in https://host/path/`);
  return value.endsWith("/") ? value : `${value}/`;
}

/** Returns the path of the wheel beside a lock. */
export function pathBeside(lock: string, { filename }: Wheel): string {
  return join(dirname(lock), filename);
}

/** Whether the wheel is beside a lock. */
export function isBeside(lock: string, wheel: Wheel): boolean {
  const path = pathBeside(lock, wheel);
  return existsSync(path) && readFileSync(path).equals(wheel.content);
}

/** Writes the wheel beside a lock, unless it is there. */
export function writeBeside(lock: string, wheel: Wheel): void {
  if (!isBeside(lock, wheel)) writeAtomically(pathBeside(lock, wheel), wheel.content);
}
