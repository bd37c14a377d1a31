import { type Module, readArchive, writeArchive } from "./bytecode_archive.ts";
import type { Cache } from "./cache.ts";
import { idle } from "./idle_time.ts";
import type { FileSystem, MemoryNode } from "./lazy_files.ts";

/** Milliseconds from the last compiled module until bytecode is kept, and the longest to work at a time. */
const QUIET = 2000;
const SLICE = 8;

const SECOND = 1000; // milliseconds
const FILE_MODE = 0o100666;
const FOLDER_MODE = 0o40777;

/** The header of a `.pyc` file: magic number, flags (zero), time in seconds and size of the source (PEP 552). */
const HEADER = 16; // bytes
const TIME = 8;
const SIZE = 12;

/** What Python tells about itself. */
interface Python {
  folder: string;
  /** The end of the names of bytecode files, such as `.cpython-314.pyc`. */
  suffix: string;
  /** The magic number in hexadecimal. */
  magic: string;
  /** Passes recorded modules for about so many milliseconds, and returns whether there are more. */
  collect(milliseconds: number): boolean;
}

/**
 * Puts bytecode into `__pycache__` folders, and keeps that of imported modules in `store`, one archive for each wheel.
 *
 * Bytecode is put beside a source with the digest that it was compiled from, and has the source's size and time, so that
 * Python does not use it for a source that was changed afterwards. Nothing here fails: what is missing is compiled.
 */
export class Bytecode {
  /** Python's side, which all installers share. */
  owner: unknown;
  readonly #files: FileSystem;
  readonly #digestOf: (node: MemoryNode) => string;
  readonly #store: Cache | undefined;
  readonly #keepsWhenIdle: boolean;
  #python: Python | undefined;
  /** By key: what is kept. */
  readonly #expected = new Map<string, Promise<Module[]>>();
  /** By key and place: what is not kept yet. */
  readonly #added = new Map<string, Map<string, Module>>();
  /** By digest and place: the code of modules of the standard library. */
  readonly #library = new Map<string, Uint8Array>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #keeping: Promise<void> = Promise.resolve();

  /**
   * `digestOf` returns the SHA-256 of a file in RECORD's notation. Without a `store`, which never fails, nothing is kept.
   * With `keepsWhenIdle`, `keep()` need not be called.
   */
  constructor(files: unknown, digestOf: (node: MemoryNode) => string, store?: Cache, keepsWhenIdle = true) {
    this.#files = files as FileSystem;
    this.#digestOf = digestOf;
    this.#store = store;
    this.#keepsWhenIdle = keepsWhenIdle;
  }

  /** Whether bytecode is kept. Otherwise Python need not record any. */
  get keeps(): boolean {
    return this.#store !== undefined;
  }

  /** Receives Python's facts, once. `folder` is site-packages. */
  begin(folder: string, suffix: string, magic: string, collect: Python["collect"]): void {
    this.#python = { folder, suffix, magic, collect };
  }

  /** Begins to read an archive. */
  expect(key: string): void {
    if (this.#store && !this.#expected.has(key)) this.#expected.set(key, readArchive(this.#store, key));
  }

  /** Releases the archives that were not placed. */
  forget(): void {
    this.#expected.clear();
  }

  /** Adds the code of a module, to place and to keep it. */
  add(key: string, place: string, digest: string, code: Uint8Array): void {
    const file = new Uint8Array(HEADER + code.length);
    file.set(code, HEADER);
    const modules = this.#added.get(key) ?? new Map<string, Module>();
    this.#added.set(key, modules.set(place, { place, digest, file }));
  }

  /** Waits for an archive whose code Python asks for, module by module: that of the standard library. */
  async open(key: string): Promise<void> {
    const kept = (await this.#expected.get(key)) ?? [];
    this.#expected.delete(key);
    for (const module of kept) this.#library.set(`${module.digest} ${module.place}`, module.file.subarray(HEADER));
  }

  /** Returns the code of a module of the opened archive, once. */
  find(place: string, digest: string): Uint8Array | undefined {
    const key = `${digest} ${place}`;
    const code = this.#library.get(key);
    this.#library.delete(key);
    return code;
  }

  /** Makes the bytecode files of wheels, just installed, whose keys are an array in JSON. */
  async place(keysJson: string): Promise<void> {
    for (const key of JSON.parse(keysJson)) {
      const kept = (await this.#expected.get(key)) ?? [];
      this.#expected.delete(key);
      const added = this.#added.get(key);
      // Nothing is kept twice.
      for (const { place, digest } of kept) if (added?.get(place)?.digest === digest) added.delete(place);
      if (added?.size === 0) this.#added.delete(key);
      for (const module of [...kept, ...(added?.values() ?? [])]) this.#placeFile(module);
      if (!this.keeps) this.#added.delete(key);
    }
  }

  /** Notes that Python has recorded a module, and keeps it once all is quiet. */
  recorded(): void {
    if (!this.#keepsWhenIdle) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keepWhenIdle(), QUIET);
  }

  /** Keeps all modules now. */
  async keep(): Promise<void> {
    clearTimeout(this.#timer);
    this.#collect(Infinity);
    await this.#write();
  }

  async #keepWhenIdle(): Promise<void> {
    do await idle();
    while (this.#collect(SLICE));
    await this.#write();
  }

  #collect(milliseconds: number): boolean {
    try {
      return this.#python?.collect(milliseconds) ?? false;
    } catch {
      // Python was interrupted, or has ended.
      return false;
    }
  }

  /** Writes the archives of all wheels with modules that are not kept yet. */
  async #write(): Promise<void> {
    const write = async (store: Cache) => {
      for (const [key, added] of [...this.#added]) {
        this.#added.delete(key);
        const kept = await readArchive(store, key);
        const modules = new Map([...kept.map((module) => [module.place, module] as const), ...added]);
        await writeArchive(store, key, [...modules.values()]);
      }
    };
    const store = this.#store;
    if (store) await (this.#keeping = this.#keeping.then(() => write(store)));
  }

  #placeFile({ place, digest, file }: Module): void {
    if (!this.#python) return;
    const { folder, suffix, magic } = this.#python;
    try {
      const source = this.#files.lookupPath(`${folder}/${place}`).node;
      const name = source.name.replace(/\.py$/, suffix);
      if (!this.#isInMemory(source) || this.#digestOf(source) !== digest) return;
      const cache = cacheBeside(source);
      if (cache.contents[name]) return;
      // A change within the second of the installation must have another time.
      const time = Math.floor(source.mtime / SECOND) - 2;
      source.mtime = time * SECOND;
      magic.match(/../g)?.forEach((digits, at) => (file[at] = Number.parseInt(digits, 16)));
      const header = new DataView(file.buffer, file.byteOffset, HEADER);
      header.setUint32(TIME, time, true);
      header.setUint32(SIZE, source.usedBytes, true);
      const node = cache.node_ops.mknod(cache, name, FILE_MODE, 0);
      node.contents = file;
      node.usedBytes = file.length;
    } catch {
      // The source is gone, or on a file system without room.
    }
  }

  #isInMemory({ parent }: MemoryNode): boolean {
    return parent.mount.type === this.#files.filesystems["MEMFS"];
  }
}

/** Returns the folder for the bytecode of a source. */
function cacheBeside({ parent }: MemoryNode): MemoryNode {
  return parent.contents["__pycache__"] ?? parent.node_ops.mknod(parent, "__pycache__", FOLDER_MODE, 0);
}
