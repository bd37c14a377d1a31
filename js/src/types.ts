// The types of the public interface.
import type { Cache } from "./host/cache.ts";

/** A text, or any iterable of texts: an array, a Set, a generator, a Python list, tuple or set. */
export type Texts = string | URL | Iterable<string | URL>;

/** One step of an installation. */
export interface ProgressEvent {
  /** `loading` comes first, from `attach()` with a `lock` or a `preload`. */
  phase: "loading" | "resolving" | "downloading" | "placing" | "done";
  /** One line for people. */
  message: string;
  /** How many packages of `total` are done in this phase. `total` is null while it is unknown. */
  done: number;
  total: number | null;
  /** The normalized name of the package that the step is about; null if it is about none. */
  package: string | null;
  /** Bytes of the package's archive: received and in total. Null unless it is being downloaded. */
  bytesDone: number | null;
  bytesTotal: number | null;
  /** The share of the whole installation that is done, from 0 to 1. It never decreases, and is 1 only with `done`. */
  fraction: number;
}

export type ProgressListener = (event: ProgressEvent) => void;

/** A package index, with the credentials for it. */
export interface Index {
  /** A name and a password in the URL become an `Authorization` header. */
  url: string | URL;
  /** Sent to the origin of `url` only, and never shown. */
  headers?: Readonly<Record<string, string>>;
  /** The option of `fetch()`. `"include"` sends the index's cookies. */
  credentials?: "omit" | "same-origin" | "include";
  /** Use the index for these projects only, and use no other index for them. */
  projects?: Texts;
}

/** Limits on requests. Times are in seconds, sizes in bytes; `null` is no limit. */
export interface NetworkOptions {
  /** Seconds to wait for the response to start. Default: 30. */
  answerTimeout?: number | null;
  /** Seconds to wait for more bytes of a response. Default: 30. */
  idleTimeout?: number | null;
  /** Seconds to wait for a complete response. Default: 900. */
  totalTimeout?: number | null;
  /** How many times to make a request that fails, including the first. Default: 4. */
  attempts?: number;
  /** How many archives to fetch from one host at a time. Default: 6. */
  archivesAtOnce?: number;
  /** How many pages and metadata files to fetch from one host at a time. Default: 24. */
  pagesAtOnce?: number;
  /** Largest size of a project page. Default: 64 MiB. */
  maxPageSize?: number | null;
  /** Largest size of a metadata file or a requirements file. Default: 16 MiB. */
  maxMetadataSize?: number | null;
  /** Largest size of an archive. If the index states the size, that is the limit as well. Default: 512 MiB. */
  maxArchiveSize?: number | null;
}

/** Limits on the contents of a wheel. A wheel beyond them is refused with an `InvalidWheel`. */
export interface ArchiveLimits {
  /** Total size of all files, in bytes. Default: 1 GiB. */
  totalSize?: number;
  /** Number of files and folders. Default: 100,000. */
  entries?: number;
  /** Total size divided by the size of the archive. Default: 100. */
  ratio?: number;
  /** Total size from which `ratio` applies, in bytes. Default: 16 MiB. */
  ratioFrom?: number;
}

interface CallOptions {
  /**
   * Which version to prefer: the one of Pyodide's distribution if it fits, or the newest of the indexes.
   * Default: `"distribution"`.
   */
  prefer?: "distribution" | "index";
  /** Package indexes. The first that has a project is used for it. Default: PyPI. */
  indexUrls?: string | URL | Index | Iterable<string | URL | Index>;
  /** Receives the progress of every call that has no listener of its own. */
  onProgress?: ProgressListener;
}

export interface AttachOptions extends CallOptions {
  /**
   * Where to read the Python side: the folder of `wherry-bytecode.bin` and `wherry-sources.bin`, or the URL of the file
   * for this Pyodide. Relative to the page. Default: beside wherry's own script.
   */
  bundleUrl?: string | URL;
  /**
   * Keeps downloads from one visit, or one run, to the next. `true` is the browser's Cache API: archives by hash, and
   * pages and locks, which are used if the network is gone. At most a tenth of the storage that the browser grants, and
   * 512 MB. Where there is none, as in Node.js or on an insecure origin, it is the same as `false`. An object with `get`
   * and `put` keeps archives and metadata files by hash. Default: true.
   */
  cache?: Cache | boolean;
  /**
   * Keep the bytecode of imported modules in the browser's Cache API, if `cache` is `true`, so that the next visit need
   * not compile them. It is kept while the page is idle, and never used for a source that has changed. With `false`, nothing
   * is compiled while downloads are waited for, either. Default: true.
   */
  bytecode?: boolean;
  /** Time limits, size limits and concurrency of requests. */
  network?: NetworkOptions;
  /** Limits on the contents of a wheel. */
  limits?: ArchiveLimits;
  /**
   * Compare every file of a wheel with its RECORD before installing. Otherwise each file is compared when it is first
   * read, and a file that differs cannot be read. The hash of the whole archive is always compared before installing.
   * Default: false.
   */
  strict?: boolean;
  /**
   * Let Python's `import micropip`, and `pyodide.pyimport("micropip")`, give micropip's interface over wherry. Default:
   * false.
   */
  asMicropip?: boolean;
  /**
   * A lock to install before `attach()` resolves, and before `preload`: an address, which is relative to the page or to
   * Node's working directory; the text, recognized by a line break; or an object with options. Its wheels are
   * downloaded while Pyodide is still loading.
   */
  lock?: string | URL | PreloadLock;
  /** Packages to install before `attach()` resolves: requirements as for `install()`, or an object with options. */
  preload?: Texts | Preload;
}

/** Packages to install first, with the options of `install()`. */
export interface Preload extends InstallOptions {
  requirements?: Texts;
}

export interface InstallOptions extends CallOptions {
  /** Cancels the call: it rejects with the signal's reason and leaves the environment unchanged. */
  signal?: AbortSignal;
  /**
   * Paths or URLs of requirements.txt files, of a pyproject.toml (`pyproject.toml[extra]` for an extra) and of scripts
   * with PEP 723 metadata; or their text, recognized by a line break. Hashes in them are enforced.
   */
  requirementsFiles?: Texts;
  /** Dependency groups (PEP 735): `test` of the pyproject.toml, or `sub/pyproject.toml:test`. */
  groups?: Texts;
  /** Requirements that restrict versions without asking for a project. */
  constraints?: Texts;
  /** Requirements that replace those of other projects. */
  overrides?: Texts;
  /** Take the newest versions, also of projects that are installed. Default: false. */
  upgrade?: boolean;
  /** Accept pre-releases. Default: false. */
  pre?: boolean;
  /** Install dependencies. Default: true. */
  deps?: boolean;
  /** Ignore files uploaded at or after this time. */
  excludeNewer?: Date | string;
  /** Projects whose files may be replaced if another project has a different file at the same path. */
  overwrite?: Texts;
  /** Ignore the installed versions, and install again. Default: false. */
  reinstall?: boolean;
}

export type ResolveOptions = InstallOptions;

export interface LockOptions extends Omit<InstallOptions, "overwrite" | "reinstall"> {
  /** The text of an earlier lock. Its versions are kept where they fit, so that the new lock differs little. */
  existing?: string;
  /** Projects that do not keep their version of `existing`. With `upgrade`, none does. */
  upgradePackages?: Texts;
  /**
   * `"pylock"` is pylock.toml (PEP 751). `"pyodide-lock"` is pyodide-lock.json, for Pyodide's own `loadPackage()`.
   * Default: `"pylock"`.
   */
  format?: "pylock" | "pyodide-lock";
  /** Keep the other packages of Pyodide's distribution in a `"pyodide-lock"`. Default: true. */
  others?: boolean;
}

export interface InstallLockOptions {
  /** Extras of the lock to install. */
  extras?: Texts;
  /** Dependency groups of the lock to install, besides its default groups. */
  groups?: Texts;
  /** Remove installed projects that the lock does not list. Default: false. */
  exact?: boolean;
  /** Projects whose files may be replaced if another project has a different file at the same path. */
  overwrite?: Texts;
  /** Receives the progress of this call. */
  onProgress?: ProgressListener;
  /** Cancels the call: it rejects with the signal's reason and leaves the environment unchanged. */
  signal?: AbortSignal;
}

/** A lock to install first, with the options of `installLock()`. */
export interface PreloadLock extends InstallLockOptions {
  /** The address or the text of the lock. */
  lock: string | URL;
  /**
   * The SHA-256 of the lock, as in HTML: `sha256-` and the hash in Base64. Another lock is refused. On the next visit the
   * kept lock is used without a request.
   */
  integrity?: string;
}

export interface InstalledDistribution {
  /** The normalized name. */
  name: string;
  version: string;
  /** The content of its INSTALLER file. */
  installer: string | null;
  /** Whether it was asked for by name. */
  requested: boolean;
  /** The URL of its wheel, if known. */
  source: string | null;
}

export interface InstallReport {
  installed: InstalledDistribution[];
  unchanged: InstalledDistribution[];
  removed: InstalledDistribution[];
  warnings: string[];
  /** Seconds by phase. */
  seconds: Record<"resolving" | "downloading" | "placing", number>;
  /** Number of requests made. */
  requests: number;
}

export interface UninstallReport {
  removed: InstalledDistribution[];
  /** Files that were kept, and projects that still require a removed one. */
  warnings: string[];
}

export interface Resolution {
  /** Versions by normalized name. */
  pins: Record<string, string>;
  /** The pins in detail, ordered by name. */
  chosen: Pin[];
  /** In bytes; null if the index does not state the size of every file. */
  downloadSize: number | null;
  warnings: string[];
}

export interface Pin {
  name: string;
  version: string;
  /** The source of the version. `direct` is a requested URL, `distribution` is Pyodide's own. */
  origin: "index" | "direct" | "distribution" | "installed";
  /** Whether it was asked for. */
  requested: boolean;
  /** The projects that require it. */
  requiredBy: string[];
  /** The requirements of it; the caller's come first. */
  reasons: Reason[];
  /** The file to install; null if the version is installed. */
  file: PinnedFile | null;
}

export interface PinnedFile {
  filename: string;
  url: string;
  /** The strongest hash that the index states, as `sha256:…`. */
  hash: string | null;
  /** In bytes. */
  size: number | null;
}

export interface Reason {
  /** The requirement as it was written. */
  text: string;
  /** The project that has the requirement; null is the caller. */
  parent: string | null;
  /** The extra of the parent that has the requirement; empty if none. */
  parentExtra: string;
  /** The extras that the requirement names. */
  extras: string[];
}

/** Problems of the installed distributions. The environment is sound if the first three lists are empty. */
export interface CheckReport {
  broken: BrokenDistribution[];
  /** Requirements of projects that are not installed. */
  missing: UnmetRequirement[];
  /** Requirements that the installed version does not satisfy. */
  conflicting: UnmetRequirement[];
  /** Harmless faults in metadata. */
  warnings: string[];
  /** Pyodide, Python, the platform, and whether there is a JavaScript side. */
  environment: string;
}

export interface BrokenDistribution {
  /** Project and version, or the folder's name if the metadata cannot be read. */
  name: string;
  /** The path of its `.dist-info` folder. */
  location: string;
  problem: string;
  /** The paths of its missing files. */
  missingFiles: string[];
}

export interface UnmetRequirement {
  /** The project that has the requirement. */
  name: string;
  version: string;
  extra: string;
  requirement: string;
  /** The required project; `python` is Python itself. */
  project: string;
  /** The installed version of the required project. */
  installed: string | null;
}

/** The installed projects and their requirements. The roots were requested, or are required by no other project. */
export interface Tree {
  branches: Branch[];
}

export interface Branch {
  name: string;
  /** Null if the project is missing. */
  version: string | null;
  extras: string[];
  requirement: string;
  /** Whether its branches are listed at an earlier place. */
  repeated: boolean;
  /** Whether it is one of its own ancestors. */
  cycle: boolean;
  /** Whether it is on the 200th level and requires more, which is left out here. */
  cut: boolean;
  branches: Branch[];
}

/** The reasons for a project. */
export interface Why {
  name: string;
  /** Null if it is missing. */
  version: string | null;
  /** Each leads from a requested project to a requirement of this one; the shortest comes first. */
  chains: Step[][];
}

export interface Step {
  requirement: string;
  name: string;
  version: string | null;
}

/** A resolution, its tree, and the reasons for one project of it. */
export interface Explanation {
  resolution: Resolution;
  tree: Tree;
  why: Why | null;
}

export interface InstallImportsOptions extends InstallOptions {
  /** Projects by module, for modules that neither Pyodide's distribution nor the index knows. */
  projects?: Readonly<Record<string, string>>;
}

/**
 * wherry in one runtime.
 *
 * Every method rejects with a `WherryError` for expected failures. It rejects with a `TypeError` for an argument of the
 * wrong type or an unknown option, before any request. Iterables are read at the call; the caller keeps ownership of
 * Python objects it passes.
 *
 * An installer needs no disposal. Between calls it holds no connections and no timers, and one Python object, which is
 * freed with the installer. Cancel a call with its `signal`.
 */
export interface Installer {
  install(requirements: Texts, options?: InstallOptions): Promise<InstallReport>;
  install(...requirements: [...Texts[], Texts | InstallOptions]): Promise<InstallReport>;
  /**
   * Installs the packages that Python code imports and that are missing. The project of a module is never guessed:
   * an unknown module rejects with the code `unknown-imports`.
   */
  installImports(source: string, options?: InstallImportsOptions): Promise<InstallReport>;
  /** Returns the versions that `install` would install; changes nothing. */
  resolve(requirements: Texts, options?: ResolveOptions): Promise<Resolution>;
  resolve(...requirements: [...Texts[], Texts | ResolveOptions]): Promise<Resolution>;
  /** Returns the text of a lock with the versions and hashes of what `install` would install; changes nothing. */
  lock(requirements: Texts, options?: LockOptions): Promise<string>;
  lock(...requirements: [...Texts[], Texts | LockOptions]): Promise<string>;
  /**
   * Installs the packages of a lock, without an index. The lock is an address, or the text, recognized by a line break.
   * A lock that cannot be used rejects with the code `invalid-lock`.
   */
  installLock(lock: string | URL, options?: InstallLockOptions): Promise<InstallReport>;
  /** Removes all of the projects, or none. */
  uninstall(...names: [Texts, ...Texts[]]): Promise<UninstallReport>;
  installed(): Promise<InstalledDistribution[]>;
  /** Finds damaged distributions and unmet requirements. */
  check(): Promise<CheckReport>;
  /** Returns the installed projects as a tree of requirements. */
  tree(): Promise<Tree>;
  /** Returns the chains of requirements that lead to an installed project. */
  why(name: string): Promise<Why>;
  /** Runs a console script of an installed package, and returns its exit status. */
  runScript(name: string, args?: Texts): Promise<number>;
  /** The reports of what `attach()` installed: of its `lock`, then of its `preload`. */
  readonly reports: readonly InstallReport[];
  /** The cache of downloads. Without one, it is empty. */
  readonly cache: DownloadCache;
}

export interface DownloadCache {
  /** Bytes of all entries. */
  readonly size: Promise<number>;
  /** Deletes all entries, of every page of the origin. */
  clear(): Promise<void>;
}
