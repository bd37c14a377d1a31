import { type Cache, type ReadingAhead, readingAhead } from "../host/cache.ts";
import { EarlyArchives } from "../host/early.ts";
import type { Get } from "../host/transfer.ts";
import type { Call } from "../python/bridge.ts";
import type { AttachOptions, InstallReport, PreloadLock } from "../types.ts";
import { DEFAULT_LIMITS, type Limits, patienceOf } from "./limits.ts";
import { type LoadedLock, loadLock } from "./load.ts";
import { isOpen, secretOrigins } from "./secrets.ts";
import type { LockedFile } from "./select.ts";

/** The options of `attach()` that concern requests, as their reader returns them. */
type RequestOptions = Pick<AttachOptions, "indexUrls" | "network">;

/** A lock to install, whose files travel while Pyodide is still loading. */
export class EarlyLock {
  /** The cache for Python. It passes on what was read ahead. */
  readonly cache: ReadingAhead | undefined;
  readonly #options: PreloadLock;
  readonly #limits: Limits;
  readonly #secret: ReadonlySet<string>;
  readonly #get: Get | undefined;
  readonly #loading: Promise<LoadedLock>;
  readonly #controller = new AbortController();
  #archives: EarlyArchives | undefined;

  /** Starts to fetch the lock. A failure of it is reported by `install()`. */
  constructor(options: PreloadLock, { indexUrls, network }: RequestOptions, cache?: Cache, get?: Get) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...network };
    this.#secret = secretOrigins(indexUrls);
    this.#get = get;
    this.cache = cache && readingAhead(cache);
    if (options.signal?.aborted) this.drop();
    options.signal?.addEventListener("abort", this.drop);
    this.#loading = this.#load();
  }

  /** Installs the lock in Python, and then drops what was not needed. */
  async install(call: Call, onEvent: PreloadLock["onProgress"]): Promise<InstallReport> {
    const { lock: _, integrity: __, onProgress: ___, signal, ...options } = this.#options;
    try {
      const { files, ...loaded } = await this.#loading;
      // Python may take a file from another place, but does not if it has begun.
      const begun = files?.map(({ url }) => url).filter((url) => !this.#archives?.hasFailed(url));
      const parameters = { ...options, ...loaded, ...(begun?.length && { begun }) };
      return await call("installLock", parameters, { onEvent, signal });
    } finally {
      this.drop();
    }
  }

  /** Aborts the fetch of the lock, and the transfers that Python has not taken. */
  readonly drop = (): void => {
    this.#controller.abort();
    this.#archives?.drop();
    this.cache?.forget();
    this.#options.signal?.removeEventListener("abort", this.drop);
  };

  /** Loads the lock, and begins those of its files that JavaScript may request. */
  async #load(): Promise<LoadedLock> {
    const { signal } = this.#controller;
    const loaded = await loadLock(`${this.#options.lock}`, {
      integrity: this.#options.integrity,
      cache: this.cache,
      limits: this.#limits,
      secret: this.#secret,
      signal,
      get: this.#get,
    });
    const files = signal.aborted ? [] : (loaded.files ?? []).filter((file) => this.#mayBegin(file));
    if (files.length) this.#archives = this.#begin(files);
    return { ...loaded, files };
  }

  #mayBegin({ url, size }: LockedFile): boolean {
    return isOpen(url, this.#secret) && (size ?? 0) <= (this.#limits.maxArchiveSize ?? Infinity);
  }

  #begin(files: readonly LockedFile[]): EarlyArchives {
    const { cache } = this;
    const hashes = new Map(files.map(({ url, hash }) => [url, hash]));
    const wanted = files.map(({ url, size }) => ({ url, size, limit: size ?? this.#limits.maxArchiveSize }));
    return new EarlyArchives(wanted, {
      patience: patienceOf(this.#limits),
      atOnce: this.#limits.archivesAtOnce,
      isKept: cache && (({ url }) => cache.readAhead(hashes.get(url) ?? "")),
      get: this.#get,
    });
  }
}
