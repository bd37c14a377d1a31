// Translate the advice of errors from arguments of Python to options of the command line.
import tls from "node:tls";
import { WherryError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { quoted } from "./usage.ts";

/**
 * Options that are set, and are not advised; `verbose` lets an error name every file. `relock` is the advice for a lock
 * that does not meet a script's header. `lockNames` are the names of a lock: in Python, and here.
 */
export interface Settings {
  relock?: string | undefined;
  lockNames?: readonly [string, string] | undefined;
  verbose?: boolean | undefined;
  prefer?: string | undefined;
  offline?: boolean | undefined;
}

type Replacement = string | ((...found: string[]) => string);

const NAMES = /["']([^"']+)["']/g;
const PREFER_INDEX = "; --prefer index asks for none of them";
const TRUST_SYSTEM = "let Node use the system's certificates with NODE_OPTIONS=--use-system-ca";
const PUT_BESIDE = "put the wheels of Pyodide's release beside it, into node_modules/pyodide";
/** The name of a lock without an address. */
export const GIVEN_LOCK = "the given lock";
const LOCK_AGAIN = "make the lock of ";
const SPELLINGS: readonly [RegExp, Replacement][] = [
  [/overwrite=[[(]([^\])]*)[\])]/g, (_, names = "") => overwriteOptions(names)],
  [/requirements_files=\['([^']*)'\]/g, "-r $1"],
  [/requirements_files=\[…\]/g, "-r FILE"],
  [/give what is in the file as constraints=\[…\]/g, "give the file as --constraint FILE"],
  [/constraints=\[([^\]]*)\]/g, "--constraint $1"],
  [/await wherry\.lock\((.*)\)/g, (_, requirements = "") => lockCommand(requirements)],
  [/exclude_newer=/g, "--exclude-newer "],
  [/which exclude_newer needs/g, "which --exclude-newer needs"],
  [/To get Pyodide's own, serve Pyodide's packages [^\n]*?\}\)/g, `To get Pyodide's own, ${PUT_BESIDE}${PREFER_INDEX}`],
  [/Serve Pyodide's packages [^\n]*?\}\)/g, capitalized(PUT_BESIDE)],
  [/index_urls=\[Index\([^\]]*\)\]/g, "--index-url https://name:password@…"],
  [/index_urls=\['([^']*)'\]/g, "--index-url $1"],
  [/give options as arguments, such as .*?deps=False/g, "give options beside it, as arguments of their own"],
  [/as a list or as several arguments, not as the text of a list/g, "as several arguments, without brackets"],
  [/, or give the code to install_imports\(\)/g, ""],
  [/: see the browser's console/g, ""],
  [/, or allow more time with Installer\(network=Network\(…\)\)/g, ""],
];

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function overwriteOptions(names: string): string {
  return Array.from(names.matchAll(NAMES), ([, name]) => `--overwrite ${name}`).join(" ");
}

/** Returns the command that locks requirements, which are Python's literals. */
function lockCommand(literals: string): string {
  const requirements = Array.from(literals.matchAll(/'([^']*)'|"([^"]*)"/g), ([, single, double]) => single ?? double ?? "");
  return ["wherry lock", ...(requirements.length > 0 ? requirements.map(quoted) : ["…"])].join(" ");
}

/** Runs `work`. An error of it advises options of the command line, without those that are set. */
export async function advising<Result>(settings: Settings, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WherryError)) throw error;
    const { name: type, code, facts, message } = error;
    const lines = settings.verbose ? rejectionLines(facts) : [];
    throw new WherryError({ type, code, facts, message: [inOptions(message, settings), ...lines].join("\n") });
  }
}

/** A file, and why it does not fit. */
type Rejection = readonly [string, string];

/** Returns a line for each file that does not fit, of all projects that cannot be had. */
export function rejectionLines(facts: Readonly<Record<string, unknown>>): string[] {
  const { missing = [], rejections = [] } = facts as {
    missing?: readonly { rejections: readonly Rejection[] }[];
    rejections?: readonly Rejection[];
  };
  const ofAll = missing.flatMap((project) => project.rejections);
  return (ofAll.length > 0 ? ofAll : rejections).map(([file, reason]) => printable(`  ${file}: ${reason}`));
}

/** Returns a text with the options of the command line in place of Python's arguments. */
export function inOptions(text: string, settings: Settings): string {
  return [...SPELLINGS, ...forSettings(settings)].reduce(
    (said, [pattern, replacement]) => said.replace(pattern, replacement as string),
    text,
  );
}

function* forSettings({ prefer, offline, relock, lockNames }: Settings): Generator<[RegExp | string, Replacement]> {
  if (prefer === "index") yield [PREFER_INDEX, ""];
  if (lockNames) yield [lockNames[0], () => lockNames[1]];
  if (relock !== undefined) yield [new RegExp(`${LOCK_AGAIN}.* again`), () => relock];
  if (offline) yield ["this computer seems to be offline: connect it to the network", "run once without --offline"];
  // A Node.js with this function trusts the system's authorities.
  if (typeof tls.setDefaultCACertificates === "function") {
    yield [TRUST_SYSTEM, "name its authority's file in NODE_EXTRA_CA_CERTS"];
  }
}
