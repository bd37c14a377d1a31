// Read the arguments of attach() and of each method. Wrong ones are refused before any request.
import * as read from "./readers.ts";
import type { Options, Reader } from "./readers.ts";
import { INTEGRITY } from "../lock/integrity.ts";
import type { PyodideRuntime } from "../python/runtime.ts";

const INDEX = read.groupOf({
  url: read.text,
  headers: read.dictionary,
  credentials: read.oneOf("omit", "same-origin", "include"),
  projects: read.texts,
});

const NETWORK = read.groupOf({
  answerTimeout: read.seconds,
  idleTimeout: read.seconds,
  totalTimeout: read.seconds,
  attempts: read.count,
  archivesAtOnce: read.count,
  pagesAtOnce: read.count,
  maxPageSize: read.bytes,
  maxMetadataSize: read.bytes,
  maxArchiveSize: read.bytes,
});

const LIMITS = read.groupOf({
  totalSize: read.amount,
  entries: read.amount,
  ratio: read.amount,
  ratioFrom: read.amount,
});

const PREFER = read.oneOf("distribution", "index");

/** The options of `install()` and `resolve()`. */
const CHOOSING: Options = {
  constraints: read.texts,
  deps: read.flag,
  excludeNewer: read.moment,
  groups: read.texts,
  indexUrls: readIndexes,
  onProgress: read.listener,
  overrides: read.texts,
  overwrite: read.texts,
  pre: read.flag,
  prefer: PREFER,
  reinstall: read.flag,
  requirementsFiles: read.texts,
  signal: read.signal,
  upgrade: read.flag,
};

const { overwrite, reinstall, ...CHOOSING_ALONE } = CHOOSING;

/** The options of `lock()`, which installs nothing. */
const LOCKING: Options = {
  ...CHOOSING_ALONE,
  existing: read.readerOf("the text of a lock", (value) => typeof value === "string"),
  format: read.oneOf("pylock", "pyodide-lock"),
  others: read.flag,
  upgradePackages: read.texts,
};

/** The options of `installLock()`. */
const INSTALLING_LOCK: Options = {
  exact: read.flag,
  extras: read.texts,
  groups: read.texts,
  onProgress: read.listener,
  overwrite: read.texts,
  signal: read.signal,
};

const LOCK = read.groupOf({
  lock: read.text,
  integrity: read.readerOf('"sha256-" and the hash in Base64, as in HTML', isIntegrity),
  ...INSTALLING_LOCK,
});

const PRELOAD = read.groupOf({ requirements: (value) => value, ...CHOOSING });

const ATTACH = read.groupOf({
  asMicropip: read.flag,
  bundleUrl: read.text,
  bytecode: read.flag,
  cache: readCache,
  indexUrls: readIndexes,
  limits: LIMITS,
  lock: readLock,
  network: NETWORK,
  onProgress: read.listener,
  preload: readPreload,
  prefer: PREFER,
  strict: read.flag,
});

/** Turns the arguments of a method into named ones. `prefix` names the method in errors. */
type Method = (given: readonly unknown[], prefix: string) => any;

/** The arguments of each method. */
export const METHODS = {
  check: inOrder({}),
  install: anyNumberOf("requirements", CHOOSING),
  installImports: inOrder({ source: read.text }, { ...CHOOSING, projects: read.dictionary }),
  installLock: inOrder({ lock: read.text }, INSTALLING_LOCK),
  installed: inOrder({}),
  lock: anyNumberOf("requirements", LOCKING),
  resolve: anyNumberOf("requirements", CHOOSING),
  runScript: inOrder({ name: read.text, args: (value, path) => read.texts(value ?? [], path) }),
  tree: inOrder({}),
  uninstall: anyNumberOf("names", {}),
  why: inOrder({ name: read.text }),
} satisfies Record<string, Method>;

/** Reads the options of `attach()`; `lock` and `preload` become objects. */
export function readAttachOptions(options: unknown): any {
  return ATTACH(options ?? {}, "attach(): options", "attach(): ");
}

/** Reads the first argument of `attach()`. */
export function readRuntime(pyodide: unknown): PyodideRuntime {
  const isRuntime = (value: any) => typeof value?.version === "string";
  return read.readerOf("the result of loadPyodide()", isRuntime)(pyodide, "attach(): pyodide");
}

/** Returns the reader of one or more texts or iterables of texts, then options. */
function anyNumberOf(name: string, known: Options): Method {
  const group = read.groupOf(known);
  return (given, prefix) => {
    const last = given.at(-1);
    const count = given.length - Number(read.isPlain(last) || (given.length > 1 && last == null));
    const options = group(given[count] ?? {}, `${prefix}options`, prefix);
    // Without any, the error is about the first.
    const length = count || Number(!namesFiles(options));
    const texts = Array.from({ length }, (_, at) => read.texts(given[at], prefix + name));
    return { ...options, [name]: texts.flat() };
  };
}

/** Returns the reader of one argument for each field, then options. */
function inOrder(fields: Options, known: Options = {}): Method {
  const group = read.groupOf(known);
  return (given, prefix) => {
    const values = Object.entries(fields).map(([name, reader], at) => [name, reader(given[at], prefix + name)]);
    return { ...group(given[values.length] ?? {}, `${prefix}options`, prefix), ...Object.fromEntries(values) };
  };
}

function readIndexes(value: any, path: string): unknown {
  const url = read.textOr("a URL or an object with a url");
  const index: Reader = (one, path) => {
    if (!read.isPlain(one)) return url(one, path);
    return { ...INDEX(one, path), url: read.text(one.url, `${path}.url`) };
  };
  return read.listOf(index, "URLs or objects with a url")(read.isPlain(value) ? [value] : value, path);
}

function isIntegrity(value: unknown): boolean {
  return typeof value === "string" && INTEGRITY.test(value);
}

function readCache(value: any, path: string): unknown {
  const isCache = () => typeof value.get === "function" && typeof value.put === "function";
  if (typeof value === "boolean") return value;
  return read.readerOf("true, false or an object with the methods get and put", isCache)(value, path);
}

function readLock(value: any, path: string): unknown {
  const text = read.textOr("an address, a text or an object with a lock");
  if (!read.isPlain(value)) return { lock: text(value, path) };
  return { ...LOCK(value, path), lock: read.text(value.lock, `${path}.lock`) };
}

function readPreload(value: any, path: string): unknown {
  if (!read.isPlain(value)) return { requirements: read.texts(value, path) };
  const preload = PRELOAD(value, path);
  const requirements = value.requirements ?? (namesFiles(preload) ? [] : undefined);
  return { ...preload, requirements: read.texts(requirements, `${path}.requirements`) };
}

/** Whether the options name files or groups, which may have requirements. */
export function namesFiles({ requirementsFiles, groups }: any): boolean {
  return Boolean(requirementsFiles ?? groups);
}
