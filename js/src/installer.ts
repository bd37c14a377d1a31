import { METHODS } from "./options/arguments.ts";
import type { Call } from "./python/bridge.ts";
import type { Cache } from "./host/cache.ts";

/** A text, or any iterable of texts: an array, a Set, a generator, a Python list, tuple or set. */
export type Texts = string | URL | Iterable<string | URL>;

/** One step of an installation, as it happens. */
export interface ProgressEvent {
  /** `loading` is of `attach()` with a `preload`, before the others. */
  phase: "loading" | "resolving" | "downloading" | "placing" | "done";
  /** One line for people. */
  message: string;
  /** How many packages of `total` are done in this phase; `total` is null while that is not known. */
  done: number;
  total: number | null;
  /** The normalized name of the package that the step is about, if it is about one. */
  package: string | null;
  /** How much of its archive has come, in bytes, while it is downloaded. */
  bytesDone: number | null;
  bytesTotal: number | null;
  /** How much of everything is done: from 0 to 1, which comes with `done` alone. It never goes back. */
  fraction: number;
}

export type ProgressListener = (event: ProgressEvent) => void;

/** A package index with what it wants to know of who asks. */
export interface Index {
  /** A name and a password in it become an `Authorization` header. */
  url: string | URL;
  /** Sent to the origin of `url` and nowhere else, and never shown. */
  headers?: Readonly<Record<string, string>>;
  /** The option of `fetch()`; `"include"` sends the cookies of the index. */
  credentials?: "omit" | "same-origin" | "include";
  /** The index is for these projects alone, and they come from nowhere else. */
  projects?: Texts;
}

/** Limits on what is fetched. Times are in seconds, sizes in bytes, and `null` is no limit. */
export interface NetworkOptions {
  /** For an answer to begin; 30 if not said. */
  answerTimeout?: number | null;
  /** For the next bytes of an answer; 30 if not said. */
  idleTimeout?: number | null;
  /** For all of an answer; 900 if not said. */
  totalTimeout?: number | null;
  /** How often a request that fails is made, the first time included; 4 if not said. */
  attempts?: number;
  /** How many archives of one host are fetched side by side; 6 if not said. */
  archivesAtOnce?: number;
  /** How many pages and metadata files of one host are fetched side by side; 24 if not said. */
  pagesAtOnce?: number;
  /** Size of a project page. Default: 64 MiB. */
  maxPageSize?: number | null;
  /** Size of a metadata file or a requirements file. Default: 16 MiB. */
  maxMetadataSize?: number | null;
  /** Size of an archive; one whose size the index tells may have no more than that. Default: 512 MiB. */
  maxArchiveSize?: number | null;
}

/** How much a wheel may bring before it is refused as a bomb, with an `InvalidWheel`. */
export interface ArchiveLimits {
  /** In bytes, over all files; 1 GiB if not said. */
  totalSize?: number;
  /** Files and folders; 100,000 if not said. */
  entries?: number;
  /** The total size over that of the archive itself; 100 if not said. */
  ratio?: number;
  /** From which total size on the ratio is looked at, in bytes; 16 MiB if not said. */
  ratioFrom?: number;
}

interface CallOptions {
  /** What comes first: the version of Pyodide's own distribution, if it fits (so if not said), or the index's newest. */
  prefer?: "distribution" | "index";
  /** The package indexes to ask, the first that has a project answering for it; PyPI if none is named. */
  indexUrls?: string | URL | Index | Iterable<string | URL | Index>;
  /** Receives the progress of every call that brings no listener of its own. */
  onProgress?: ProgressListener;
}

export interface AttachOptions extends CallOptions {
  /**
   * The folder of `wherry-bytecode.bin` and `wherry-sources.bin`, or the address of the one that this Pyodide needs, as
   * seen from the page. Default: beside wherry's own script.
   */
  bundleUrl?: string | URL;
  /** Keeps downloads from one visit, or one run, to the next; if not said, or false, nothing does. */
  cache?: Cache | false;
  /** How patient to be. */
  network?: NetworkOptions;
  /** How much a wheel may unpack to. */
  limits?: ArchiveLimits;
  /**
   * Compare every file of a wheel with its RECORD before anything is installed. If not said, that is done when a file
   * is first read, and one that differs cannot be read; the hash of the whole archive is compared before in any case.
   */
  strict?: boolean;
  /** What is to be there when `attach()` is done: requirements, as `install()` takes them, or these with its options. */
  preload?: Texts | Preload;
}

/** What to install before anything else, and how. */
export interface Preload extends InstallOptions {
  requirements?: Texts;
}

export interface InstallOptions extends CallOptions {
  /** Ends the call: it rejects with the signal's reason, nothing goes on, and the environment is what it was. */
  signal?: AbortSignal;
  /**
   * Paths or URLs of requirements.txt files, of a pyproject.toml (`pyproject.toml[extra]` with an extra) and of scripts
   * with PEP 723 metadata, or their text (a line break tells it from a path). Hashes in them are enforced.
   */
  requirementsFiles?: Texts;
  /** Dependency groups (PEP 735): `test` of the pyproject.toml, or `sub/pyproject.toml:test`. */
  groups?: Texts;
  /** Requirements that restrict versions without asking for anything. */
  constraints?: Texts;
  /** Requirements that take the place of what others require. */
  overrides?: Texts;
  /** Take the newest versions, also of what is installed already. */
  upgrade?: boolean;
  /** Let pre-releases in. */
  pre?: boolean;
  /** Whether to follow dependencies; true if not said. */
  deps?: boolean;
  /** Look away from files uploaded later than this. */
  excludeNewer?: Date | string;
  /** Projects whose files may be replaced where another project has a different file at the same path. */
  overwrite?: Texts;
  /** Decide and install as if nothing of it were there. */
  reinstall?: boolean;
}

export type ResolveOptions = InstallOptions;

export interface InstalledDistribution {
  /** The normalized name. */
  name: string;
  version: string;
  /** What its INSTALLER file says. */
  installer: string | null;
  /** Whether somebody asked for it by name. */
  requested: boolean;
  /** The URL of the wheel it came from, where that is known. */
  source: string | null;
}

export interface InstallReport {
  installed: InstalledDistribution[];
  unchanged: InstalledDistribution[];
  removed: InstalledDistribution[];
  warnings: string[];
  /** Seconds by phase. */
  seconds: Record<"resolving" | "downloading" | "placing", number>;
  /** How many fetches it took. */
  requests: number;
}

export interface UninstallReport {
  removed: InstalledDistribution[];
  /** What stayed of it, and who still requires it. */
  warnings: string[];
}

export interface Resolution {
  /** Versions by normalized name. */
  pins: Record<string, string>;
  /** The same with all that is known of them, ordered by name. */
  chosen: Pin[];
  /** In bytes; null where the index does not tell every file's size. */
  downloadSize: number | null;
  warnings: string[];
}

export interface Pin {
  name: string;
  version: string;
  /** Where it comes from; `direct` is a URL that was asked for, `distribution` the one that Pyodide is released with. */
  origin: "index" | "direct" | "distribution" | "installed";
  /** Whether it was asked for. */
  requested: boolean;
  /** The projects that require it. */
  requiredBy: string[];
  /** The requirements of it, those that were asked for first. */
  reasons: Reason[];
  /** What is to be installed; null where the version is installed already. */
  file: PinnedFile | null;
}

export interface PinnedFile {
  filename: string;
  url: string;
  /** The strongest that the index promises, `sha256:…`. */
  hash: string | null;
  /** In bytes. */
  size: number | null;
}

export interface Reason {
  /** The requirement in its author's words. */
  text: string;
  /** Whose requirement it is; null is the caller's. */
  parent: string | null;
  /** The extra of the parent that brings it, or nothing. */
  parentExtra: string;
  /** The extras of the project that it asks for. */
  extras: string[];
}

/** What is wrong with what is installed; nothing is where the first three are empty. */
export interface CheckReport {
  broken: BrokenDistribution[];
  /** Requirements of projects that are not installed. */
  missing: UnmetRequirement[];
  /** Requirements that the installed version does not satisfy. */
  conflicting: UnmetRequirement[];
  /** Faults of metadata that do no harm. */
  warnings: string[];
}

export interface BrokenDistribution {
  /** Project and version, or the folder's name where its metadata cannot be read. */
  name: string;
  /** The path of its `.dist-info` folder. */
  location: string;
  problem: string;
  /** The paths of the files that it has lost. */
  missingFiles: string[];
}

export interface UnmetRequirement {
  /** Whose requirement it is. */
  name: string;
  version: string;
  extra: string;
  requirement: string;
  /** The project that is required; `python` is Python itself. */
  project: string;
  /** The version of it that is there. */
  installed: string | null;
}

/** What was asked for by name, and what nobody requires, each with what it requires. */
export interface Tree {
  branches: Branch[];
}

export interface Branch {
  name: string;
  /** Null where the project is missing. */
  version: string | null;
  extras: string[];
  requirement: string;
  /** Its branches are shown where it came first. */
  repeated: boolean;
  /** It stands below itself. */
  cycle: boolean;
  branches: Branch[];
}

/** Why a project is there. */
export interface Why {
  name: string;
  /** Null where it is missing. */
  version: string | null;
  /** From what was asked for to a requirement of the project; the shortest first. */
  chains: Step[][];
}

export interface Step {
  requirement: string;
  name: string;
  version: string | null;
}

/** What `resolve` answers, drawn as a tree; and the chains that lead to one project of it. */
export interface Explanation {
  resolution: Resolution;
  tree: Tree;
  why: Why | null;
}

export interface InstallImportsOptions extends InstallOptions {
  /** Which project has a module, for those that neither Pyodide's distribution nor the index tells of. */
  projects?: Readonly<Record<string, string>>;
}

/**
 * wherry in one runtime. Every method rejects with a `WherryError` for what can be expected to go wrong, and with a
 * `TypeError` for an argument of the wrong type or an unknown option, before anything is fetched. Iterables are read at
 * the call; a Python object that is given stays its owner's.
 *
 * There is nothing to dispose of. Between calls it holds neither connections nor timers, and one object of Python's, which
 * goes when nobody has the installer any more; a call that shall not go on is ended by its `signal`.
 */
export interface Installer {
  install(requirements: Texts, options?: InstallOptions): Promise<InstallReport>;
  install(...requirements: [...Texts[], Texts | InstallOptions]): Promise<InstallReport>;
  /**
   * Installs what Python code imports and is not there. Which project has a module is never guessed: a module of which
   * nobody tells makes it reject with the code `unknown-imports`.
   */
  installImports(source: string, options?: InstallImportsOptions): Promise<InstallReport>;
  /** Says what `install` would install; changes nothing. */
  resolve(requirements: Texts, options?: ResolveOptions): Promise<Resolution>;
  resolve(...requirements: [...Texts[], Texts | ResolveOptions]): Promise<Resolution>;
  /** Takes all away, or nothing. */
  uninstall(...names: [Texts, ...Texts[]]): Promise<UninstallReport>;
  installed(): Promise<InstalledDistribution[]>;
  /** Looks for damaged distributions, and for requirements that nothing installed meets. */
  check(): Promise<CheckReport>;
  /** Says what requires what, among what is installed. */
  tree(): Promise<Tree>;
  /** Says what leads to a project, among what is installed. */
  why(name: string): Promise<Why>;
  /** Runs a console script of what is installed with these arguments, and returns its exit status. */
  runScript(name: string, args?: Texts): Promise<number>;
}

/** Puts the methods of the Python side into the words of JavaScript. */
export function createInstaller(call: Call, defaultListener?: ProgressListener): Installer {
  const method =
    (name: keyof typeof METHODS) =>
    async (...given: unknown[]) => {
      const { onProgress = defaultListener, signal, ...parameters } = METHODS[name](given, `${name}(): `);
      return call(name, parameters, { onEvent: onProgress, signal });
    };
  return {
    install: method("install"),
    installImports: method("installImports"),
    resolve: method("resolve"),
    uninstall: method("uninstall"),
    installed: method("installed"),
    check: method("check"),
    tree: method("tree"),
    why: method("why"),
    runScript: method("runScript"),
  };
}
