import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import envPaths from "env-paths";
import type { Cache } from "../host/cache.ts";

const LARGEST = 2e9; // bytes
/** How much of that is left once it was too much, so that not every run has to clear up. */
const AFTERWARDS = 0.8;
const HOUR = 3_600_000; // milliseconds
/** Part of the path, so that a later wherry may order its files otherwise. */
const LAYOUT = "v1";
const UNFINISHED = ".part";

/** Returns the cache in the platform's own place, or where `WHERRY_CACHE_DIR` says; `warn` hears what fails. */
export function openCache(warn: (line: string) => void, environment: NodeJS.ProcessEnv = process.env): FolderCache {
  const folder = environment["WHERRY_CACHE_DIR"] || envPaths("wherry", { suffix: "" }).cache;
  return new FolderCache(join(folder, LAYOUT), warn);
}

interface Entry {
  path: string;
  size: number;
  usedAt: number;
}

/**
 * Keeps bytes in files of a folder, of which other processes may have the same idea at the same time.
 *
 * A file appears complete or not at all, and is written synchronously: no Ctrl-C comes between. When it was last used
 * is its time of modification; what was not used for longest goes first. What cannot be kept is said once.
 */
export class FolderCache implements Cache {
  readonly #folder: string;
  readonly #warn: (line: string) => void;
  readonly #largest: number;
  #hasWarned = false;
  #hasGrown = false;

  constructor(folder: string, warn: (line: string) => void, largest: number = LARGEST) {
    this.#folder = folder;
    this.#warn = warn;
    this.#largest = largest;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const path = this.#path(key);
    try {
      // Not the Buffer itself: Pyodide knows bytes of its own realm only.
      const content = new Uint8Array(readFileSync(path));
      this.#touch(path);
      return content;
    } catch (error) {
      if (codeOf(error) !== "ENOENT") this.#complain("read", error);
      return undefined;
    }
  }

  async put(key: string, content: Uint8Array): Promise<void> {
    const path = this.#path(key);
    const unfinished = `${path}.${randomUUID()}${UNFINISHED}`;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(unfinished, content);
      renameSync(unfinished, path);
      this.#hasGrown = true;
    } catch (error) {
      this.#remove(unfinished);
      this.#complain("write", error);
    }
  }

  /** Takes away what has not been used for longest, if there is too much, and what a killed process left. */
  prune(): void {
    if (!this.#hasGrown) return;
    this.#hasGrown = false;
    try {
      this.#makeRoom(this.#entries());
    } catch (error) {
      this.#complain("clear up", error);
    }
  }

  #makeRoom(all: readonly Entry[]): void {
    const abandoned = Date.now() - HOUR;
    const entries = all.filter(({ path }) => !path.endsWith(UNFINISHED));
    for (const { path, usedAt } of all) if (path.endsWith(UNFINISHED) && usedAt < abandoned) this.#remove(path);
    let total = entries.reduce((sum, { size }) => sum + size, 0);
    if (total <= this.#largest) return;
    for (const { path, size } of entries.sort((a, b) => a.usedAt - b.usedAt)) {
      if (total <= this.#largest * AFTERWARDS) return;
      this.#remove(path);
      total -= size;
    }
  }

  #entries(): Entry[] {
    const names = readdirSync(this.#folder, { recursive: true, encoding: "utf8" });
    return names.flatMap((name) => {
      const path = join(this.#folder, name);
      // Another process may be clearing up, too.
      const found = statSync(path, { throwIfNoEntry: false });
      return found?.isFile() ? [{ path, size: found.size, usedAt: found.mtimeMs }] : [];
    });
  }

  /** A key is a kind and a digest; two letters of it make a folder, for many files in one are slow to list. */
  #path(key: string): string {
    const [, kind, digest] = /^([a-z0-9]+):([0-9a-f]{4,})$/.exec(key) ?? [];
    if (kind === undefined || digest === undefined) throw new RangeError(`not a key of the cache: ${key}`);
    return join(this.#folder, kind, digest.slice(0, 2), digest.slice(2));
  }

  #touch(path: string): void {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // It counts as old then.
    }
  }

  #remove(path: string): void {
    try {
      rmSync(path, { force: true });
    } catch {
      // In use elsewhere, or not ours: somebody else will.
    }
  }

  #complain(what: string, error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#warn(`wherry: warning: cannot ${what} the cache of downloads in ${this.#folder}: ${codeOf(error)}`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
