// The files that an installation from a lock certainly needs, known before Python runs.

import { mayFit } from "./wheel_names.ts";

/** A file of a lock. */
export interface LockedFile {
  url: string;
  /** In bytes, if the lock has it. */
  size: number | null;
  /** The strongest hash, as `sha256:…`: the key of the file in the cache. */
  hash: string;
}

/** Strong hash algorithms, strongest first, as in Python's `model/hashes.py`. */
const ALGORITHMS = [
  ...["sha512", "sha384", "sha256"],
  ...["sha3_512", "blake2b", "sha3_384", "sha3_256", "blake2s", "sha3_224", "sha224"],
];

/**
 * Returns the files to begin, in this order: unknown sizes, then the largest first.
 *
 * These are the wheels of packages without a marker that have exactly one wheel that may fit, and the shared libraries.
 * `document` is a parsed lock, which may be invalid in any way; `location` is its address, if it has one.
 */
export function selectCertain(document: unknown, location?: string): LockedFile[] {
  const lock = table(document);
  if (!/^1\./.test(`${lock["lock-version"]}`)) return [];
  const wheels = tables(lock["packages"]).flatMap(certainWheel);
  const libraries = tables(table(table(lock["tool"])["wherry"])["shared-libraries"]);
  const files = [...wheels, ...libraries].flatMap((entry) => locate(entry, location));
  const byUrl = new Map(files.map((file) => [file.url, file]));
  const weight = ({ size }: LockedFile) => size ?? Number.MAX_VALUE;
  return [...byUrl.values()].sort((one, other) => weight(other) - weight(one));
}

/** Returns the file that a package certainly needs, if it is known. */
function certainWheel({ marker, wheels, archive }: Table): Table[] {
  if (marker !== undefined) return [];
  const files = archive === undefined ? tables(wheels) : [table(archive)];
  const fitting = files.filter((file) => mayFit(filenameOf(file)));
  return fitting.length === 1 ? fitting : [];
}

function filenameOf({ name, url, path }: Table): string {
  if (isText(name)) return name;
  const [address = ""] = `${url ?? path}`.split(/[?#]/);
  const segment = address.slice(address.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function locate(entry: Table, location: string | undefined): LockedFile[] {
  const { size } = entry;
  const url = addressOf(entry, location);
  const hash = strongest(table(entry["hashes"]));
  const isSize = Number.isSafeInteger(size) && (size as number) >= 0;
  return url && hash ? [{ url, size: isSize ? (size as number) : null, hash }] : [];
}

/** Returns the URL of a file as Python writes it, in `resolution/locks/addresses.py`. */
function addressOf({ url, path }: Table, location: string | undefined): string | undefined {
  if (isText(url) && /^[a-z][a-z\d+.-]*:/i.test(url)) return url;
  const place = isText(path) ? path : url;
  return location && isText(place) ? besideLock(place.replaceAll("\\", "/"), location) : undefined;
}

/** Returns the URL of a path, unless it leads out of the lock's folder. */
function besideLock(path: string, location: string): string | undefined {
  const parts = path.split("/").filter((part) => part && part !== ".");
  const leadsOut = path.startsWith("/") || /^[a-z]:/i.test(path) || parts.includes("..");
  if (leadsOut || !/^https?:/.test(location)) return undefined;
  return new URL(parts.map(quote).join("/"), location).href;
}

/** Quotes a part of a path as Python's `urllib.parse.quote()`. */
function quote(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function strongest(hashes: Table): string | undefined {
  const entries = Object.entries(hashes);
  const digests = new Map(entries.map(([name, digest]) => [name.toLowerCase(), `${digest}`.toLowerCase()]));
  const algorithm = ALGORITHMS.find((name) => digests.has(name));
  return algorithm && `${algorithm}:${digests.get(algorithm)}`;
}

type Table = Readonly<Record<string, unknown>>;

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Returns a table of the document; empty in place of any other value. */
function table(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

function tables(value: unknown): Table[] {
  return Array.isArray(value) ? value.map(table) : [];
}
