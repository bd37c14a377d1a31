export { attach } from "./attach.ts";
export { WherryError } from "./errors.ts";
export type {
  AttachOptions,
  InstalledDistribution,
  Installer,
  InstallOptions,
  InstallReport,
  ProgressEvent,
  ProgressListener,
  Resolution,
  ResolveOptions,
} from "./installer.ts";
export type { PyodideRuntime } from "./runtime.ts";
