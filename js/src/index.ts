export { attach } from "./attach.ts";
export type { Cache } from "./host/cache.ts";
export { WherryError } from "./errors.ts";
export type {
  ArchiveLimits,
  AttachOptions,
  Branch,
  BrokenDistribution,
  CheckReport,
  Index,
  InstalledDistribution,
  Installer,
  InstallImportsOptions,
  InstallOptions,
  InstallReport,
  NetworkOptions,
  Pin,
  PinnedFile,
  Preload,
  ProgressEvent,
  ProgressListener,
  Reason,
  Resolution,
  ResolveOptions,
  Step,
  Texts,
  Tree,
  UninstallReport,
  UnmetRequirement,
  Why,
} from "./types.ts";
export type { PyodideRuntime } from "./python/runtime.ts";
