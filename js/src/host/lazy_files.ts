import { inflateSync } from "fflate/browser";
import { sha256 } from "./sha256.ts";
import { printable } from "../text/printable.ts";

/** Emscripten's number of the error of a failed read, and the modes of new files and folders. */
const EIO = 29;
const FILE_MODE = 0o100666;
const FOLDER_MODE = 0o40777;

const STORED = 0;
const PROBE = ".wherry-probe";

/** How many numbers a listing has for each member, and the position of the size among them. */
const FIELDS = 4;
const SIZE = 2;

/** The property by which a node refers to its member. */
const MEMBER = Symbol("member");

/** The used part of a file or folder of MEMFS, which is not a public interface. */
export interface MemoryNode {
  [MEMBER]?: Member | undefined;
  name: string;
  parent: MemoryNode;
  /** Milliseconds since 1970. */
  mtime: number;
  contents: any;
  usedBytes: number;
  mount: { type: unknown };
  node_ops: {
    mknod(parent: MemoryNode, name: string, mode: number, device: number): MemoryNode;
    unlink(parent: MemoryNode, name: string): void;
  };
}

export interface FileSystem {
  ErrnoError: new (errno: number) => Error;
  filesystems: Record<string, unknown>;
  lookupPath(path: string): { node: MemoryNode };
  destroyNode(node: MemoryNode): void;
}

/** A wheel whose files are created; `digests` and `numbers` are of its listing. */
interface Wheel {
  files: FileSystem;
  filename: string;
  archive: Uint8Array;
  digests: string[];
  numbers: number[];
}

/** A member of a wheel: its folder and name in the archive, and its position in the listing. */
interface Member {
  wheel: Wheel;
  source: string;
  name: string;
  index: number;
}

/** The members `names` in the folder `source` of an archive, to be created in `folder`. */
interface Batch {
  source: string;
  folder: string;
  names: string[];
}

/** All members by batch. `digests` are in RECORD's notation; `numbers` are start, packed size, size and method. */
interface Listing {
  filename: string;
  batches: Batch[];
  digests: string[];
  numbers: number[];
}

/** The property `contents` of a node until it is first read. One object for all nodes, because there are thousands. */
const LAZY: PropertyDescriptor = {
  configurable: true,
  enumerable: true,
  get(this: MemoryNode): Uint8Array {
    const member = this[MEMBER];
    if (!member) throw new Error("a file without contents");
    const contents = unpack(member);
    settle(this, contents);
    return contents;
  },
  set(this: MemoryNode, contents: unknown): void {
    settle(this, contents);
  },
};

function settle(node: MemoryNode, contents: unknown): void {
  node[MEMBER] = undefined;
  Object.defineProperty(node, "contents", { configurable: true, enumerable: true, writable: true, value: contents });
}

function packed({ wheel, index }: Member) {
  const [start = 0, length = 0, size = 0, method = 0] = wheel.numbers.slice(FIELDS * index, FIELDS * (index + 1));
  return { bytes: wheel.archive.subarray(start, start + length) as Uint8Array<ArrayBuffer>, size, method };
}

/** Returns the bytes of a member. If they differ from RECORD, throws the error that makes the read fail. */
function unpack(member: Member): Uint8Array {
  const { wheel, source, name } = member;
  const { bytes, size, method } = packed(member);
  let problem = "its hash differs";
  try {
    // One more byte than expected reveals contents that are too long.
    const contents = method === STORED ? bytes.slice() : inflateSync(bytes, { out: new Uint8Array(size + 1) });
    if (contents.length !== size) problem = "its size differs";
    else if (matches(contents, member)) return contents;
  } catch (error) {
    problem = `it cannot be unpacked: ${error}`;
  }
  const path = source ? `${source}/${name}` : name;
  const message = `wherry: cannot read ${path} of ${wheel.filename}: it is not the file that RECORD lists (${problem})`;
  console.error(printable(message));
  throw new wheel.files.ErrnoError(EIO);
}

/**
 * Unpacks a large file natively: 4.7 MB take 100 ms in JavaScript, until engines have optimized it, and a third of that
 * here. A file that differs from RECORD is left to its first read, which says so.
 */
export async function unpackAhead(FS: unknown, path: string): Promise<void> {
  const { node } = (FS as FileSystem).lookupPath(path);
  const member = node[MEMBER];
  if (!member) return;
  const { bytes, size, method } = packed(member);
  const contents = new Uint8Array(size);
  try {
    if (method === STORED) return;
    let end = 0;
    for await (const piece of new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))) {
      // It throws where the member is too long.
      contents.set(piece, end);
      end += piece.length;
    }
    if (end === size && matches(contents, member) && node[MEMBER]) settle(node, contents);
  } catch {
    // Its first read tells why, or the browser cannot iterate over streams.
  }
}

function matches(contents: Uint8Array, { wheel, index }: Member): boolean {
  return encode(sha256(contents)) === wheel.digests[index];
}

/** Returns the SHA-256 of a file in RECORD's notation, without reading one that is still packed. */
export function digestOf(node: MemoryNode): string {
  const member = node[MEMBER];
  if (member) return member.wheel.digests[member.index] ?? "";
  return encode(sha256(node.contents.subarray(0, node.usedBytes)));
}

/** Returns a digest in RECORD's notation. */
function encode(digest: Uint8Array): string {
  return btoa(String.fromCharCode(...digest)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Creates files whose contents are unpacked when they are first read, and their folders.
 *
 * Returns false and does nothing unless the folder is in Emscripten's memory file system, in its known form.
 */
export function createFiles({ FS }: { FS: unknown }, archive: Uint8Array, listingJson: string): boolean {
  const files = FS as FileSystem;
  const { filename, batches, digests, numbers }: Listing = JSON.parse(listingJson);
  const folders = new Map<string, MemoryNode>();
  if (!batches[0] || !isAsKnown(files, findTop(files, batches[0].folder, folders))) return false;
  const wheel = { files, filename, archive, digests, numbers };
  let index = 0;
  for (const { source, folder, names } of batches) {
    const parent = folderAt(folder, folders);
    for (const name of names) {
      const node = parent.node_ops.mknod(parent, name, FILE_MODE, 0);
      node.usedBytes = numbers[FIELDS * index + SIZE] as number;
      node[MEMBER] = { wheel, source, name, index };
      Object.defineProperty(node, "contents", LAZY);
      index++;
    }
  }
  return true;
}

/** Returns the folder at `path`, or its nearest existing parent, and adds it to `folders`. */
function findTop(files: FileSystem, path: string, folders: Map<string, MemoryNode>): MemoryNode {
  for (let there = path; there; there = there.slice(0, there.lastIndexOf("/"))) {
    try {
      const { node } = files.lookupPath(there);
      folders.set(there, node);
      return node;
    } catch {
      // It does not exist yet.
    }
  }
  const { node } = files.lookupPath("/");
  folders.set("", node);
  return node;
}

/** Returns the folder at `path`; creates it unless it is in `folders`. */
function folderAt(path: string, folders: Map<string, MemoryNode>): MemoryNode {
  const known = folders.get(path);
  if (known) return known;
  const end = path.lastIndexOf("/");
  const parent = folderAt(path.slice(0, end), folders);
  const made = parent.node_ops.mknod(parent, path.slice(end + 1), FOLDER_MODE, 0);
  folders.set(path, made);
  return made;
}

/** Checks with a trial file that the nodes of MEMFS have the known form. */
function isAsKnown(files: FileSystem, folder: MemoryNode): boolean {
  if (folder.mount.type !== files.filesystems["MEMFS"]) return false;
  try {
    const node = folder.node_ops.mknod(folder, PROBE, FILE_MODE, 0);
    const property = Object.getOwnPropertyDescriptor(node, "contents");
    folder.node_ops.unlink(folder, PROBE);
    files.destroyNode(node);
    return node.usedBytes === 0 && property?.value instanceof Uint8Array && property.configurable === true;
  } catch {
    return false;
  }
}
