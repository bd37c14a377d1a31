import type { Call } from "./bridge.ts";

/** One step of an installation, as it happens. */
export interface ProgressEvent {
  phase: "resolving" | "downloading" | "placing" | "done";
  /** One line for people. */
  message: string;
  /** How many of `total` are done; `total` is null while that is not known. */
  done: number;
  total: number | null;
}

export type ProgressListener = (event: ProgressEvent) => void;

export interface AttachOptions {
  /** The package indexes to ask, the first that has a project answering for it; PyPI if none is named. */
  indexUrls?: readonly string[];
  /** Receives the progress of every call that brings no listener of its own. */
  onProgress?: ProgressListener;
}

export interface ResolveOptions extends AttachOptions {
  /** Requirements that restrict versions without asking for anything. */
  constraints?: readonly string[];
  /** Take the newest versions, also of what is installed already. */
  upgrade?: boolean;
  /** Let pre-releases in. */
  pre?: boolean;
  /** Whether to follow dependencies; true if not said. */
  deps?: boolean;
  /** Look away from files uploaded later than this. */
  excludeNewer?: Date | string;
}

export type InstallOptions = ResolveOptions;

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

export interface Resolution {
  /** Versions by normalized name. */
  pins: Record<string, string>;
  warnings: string[];
}

/** wherry in one runtime. Every method throws a `WherryError` for what can be expected to go wrong. */
export interface Installer {
  install(requirements: string | readonly string[], options?: InstallOptions): Promise<InstallReport>;
  /** Says what `install` would install; changes nothing. */
  resolve(requirements: string | readonly string[], options?: ResolveOptions): Promise<Resolution>;
  /** Returns what went. */
  uninstall(names: string | readonly string[]): Promise<InstalledDistribution[]>;
  installed(): Promise<InstalledDistribution[]>;
}

/** Puts the methods of the Python side into the words of JavaScript. */
export function createInstaller(call: Call, defaultListener?: ProgressListener): Installer {
  const request = (method: string, requirements: string | readonly string[], options: ResolveOptions) => {
    const { onProgress = defaultListener, ...rest } = options;
    return call(method, { ...rest, requirements: list(requirements) }, onProgress);
  };
  return {
    install: (requirements, options = {}) => request("install", requirements, options),
    resolve: (requirements, options = {}) => request("resolve", requirements, options),
    uninstall: (names) => call("uninstall", { names: list(names) }),
    installed: () => call("installed"),
  };
}

function list(words: string | readonly string[]): readonly string[] {
  return typeof words === "string" ? [words] : words;
}
