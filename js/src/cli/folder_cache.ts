import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import envPaths from "env-paths";
import type { LimitedCache } from "../host/cache.ts";
import { type Entry, leastUsed, totalSize } from "../host/least_used.ts";

const LARGEST = 2e9; // bytes
const HOUR = 3_600_000; // milliseconds
/** Part of the path, so that a later version may use another layout. */
const LAYOUT = "v1";
const UNFINISHED = ".part";

/** Returns the cache in `WHERRY_CACHE_DIR`, or in the platform's folder for caches. Failures go to `warn`. */
export function openCache(warn: (line: string) => void, environment: NodeJS.ProcessEnv = process.env): FolderCache {
  const folder = environment["WHERRY_CACHE_DIR"] || envPaths("wherry", { suffix: "" }).cache;
  return new FolderCache(join(folder, LAYOUT), warn);
}

interface File extends Entry {
  path: string;
}

/**
 * Keeps bytes in files of a folder, which several processes may use at the same time.
 *
 * A file appears complete or not at all. Writing is synchronous, so that Ctrl-C cannot interrupt it. The modification
 * time is the time of the last use; the files unused for longest are pruned first. The first failure is a warning.
 */
export class FolderCache implements LimitedCache {
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
      // A copy, because Pyodide does not accept a Buffer.
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

  /** Deletes the files unused for longest while the limit is exceeded, and unfinished files of killed processes. */
  async prune(): Promise<void> {
    if (!this.#hasGrown) return;
    this.#hasGrown = false;
    try {
      const abandoned = Date.now() - HOUR;
      const files = this.#files();
      const unfinished = files.filter(({ path, usedAt }) => path.endsWith(UNFINISHED) && usedAt < abandoned);
      for (const { path } of [...unfinished, ...leastUsed(files.filter(isFinished), this.#largest)]) this.#remove(path);
    } catch (error) {
      this.#complain("clear up", error);
    }
  }

  get size(): Promise<number> {
    return Promise.resolve(existsSync(this.#folder) ? totalSize(this.#files().filter(isFinished)) : 0);
  }

  async clear(): Promise<void> {
    try {
      rmSync(this.#folder, { recursive: true, force: true });
    } catch (error) {
      this.#complain("clear", error);
    }
  }

  #files(): File[] {
    const names = readdirSync(this.#folder, { recursive: true, encoding: "utf8" });
    return names.flatMap((name) => {
      const path = join(this.#folder, name);
      // Another process may have deleted it.
      const found = statSync(path, { throwIfNoEntry: false });
      return found?.isFile() ? [{ path, size: found.size, usedAt: found.mtimeMs }] : [];
    });
  }

  /** Returns the path of a key, which is a kind and a digest. Two letters name a folder, to keep folders small. */
  #path(key: string): string {
    const [, kind, digest] = /^([a-z0-9-]+):([0-9a-f]{4,})$/.exec(key) ?? [];
    if (kind === undefined || digest === undefined) throw new RangeError(`not a key of the cache: ${key}`);
    return join(this.#folder, kind, digest.slice(0, 2), digest.slice(2));
  }

  #touch(path: string): void {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // It keeps its old time.
    }
  }

  #remove(path: string): void {
    try {
      rmSync(path, { force: true });
    } catch {
      // It is in use, or belongs to another user.
    }
  }

  #complain(action: string, error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#warn(`wherry: warning: cannot ${action} the cache of downloads in ${this.#folder}: ${codeOf(error)}`);
  }
}

function isFinished({ path }: File): boolean {
  return !path.endsWith(UNFINISHED);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
