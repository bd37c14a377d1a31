import type { Explanation } from "../types.ts";
import { advising, inOptions } from "./advice.ts";
import { treeLines, whyLines } from "./drawing.ts";
import { FAILURE, SUCCESS } from "./exit.ts";
import { hostRequirement } from "./host_paths.ts";
import { printableJson } from "../text/printable.ts";
import { chosenLock, type LockChoice, namesOf } from "./lock_source.ts";
import { namesFiles } from "./requirements.ts";
import { choosing, type SessionOptions, startSession, watch } from "./session.ts";
import type { Shared } from "./shared.ts";
import { styleFor } from "./style.ts";
import { print, say } from "./terminal.ts";
import { UsageError } from "./usage.ts";

export interface ResolveParameters {
  requirements: readonly string[];
  options: SessionOptions & LockChoice & { json?: boolean };
}

/** Prints the resolution. */
export async function resolve(parameters: ResolveParameters, shared: Shared): Promise<number> {
  const { resolution, tree } = await explain(parameters, shared);
  if (parameters.options.json) print([printableJson({ ...resolution, tree: tree.branches })]);
  else print(treeLines(tree, resolution, styleFor(1)));
  return SUCCESS;
}

/** Prints the requirements that lead to a project. Fails if none do. */
export async function why(parameters: ResolveParameters & { name: string }, shared: Shared): Promise<number> {
  const { why: found } = await explain(parameters, shared, parameters.name);
  if (!found) throw new TypeError("the resolution does not explain the project");
  if (parameters.options.json) print([printableJson(found)]);
  else print(whyLines(found, styleFor(1)));
  return found.chains.length > 0 ? SUCCESS : FAILURE;
}

async function explain(
  { requirements, options }: ResolveParameters,
  shared: Shared,
  name?: string,
): Promise<Explanation> {
  const { method, parameters, names } = questionOf(requirements, options);
  // Write only the result, not how long Pyodide took to load.
  const session = await startSession(options, shared, false);
  const { signal } = session.interrupts;
  const question = { ...parameters, ...(name !== undefined && { name }) };
  const explanation: Explanation = await advising({ ...options, ...names }, () =>
    watch(session, false, (onEvent) => session.call(method, question, { onEvent, signal })),
  );
  session.cache?.prune();
  const warnings = explanation.resolution.warnings.map((warning) => inOptions(warning, options));
  if (!options.quiet) warnings.forEach((warning) => say(`wherry: warning: ${warning}`));
  return explanation;
}

/** Returns the method of the bridge that explains the requirements or the lock, its arguments, and the lock's names. */
function questionOf(requirements: readonly string[], options: ResolveParameters["options"]) {
  const lock = chosenLock(options);
  if (lock) {
    const [one] = requirements;
    if (one !== undefined) throw new UsageError(`--lock shows what is locked, so remove the requirement ${one}`);
    return { method: "explainLock", parameters: lock, names: namesOf(lock) };
  }
  if (requirements.length === 0 && !namesFiles(options)) {
    throw new UsageError("no requirements: name some, or a file with -r, or a lock with --lock");
  }
  const parameters = { ...choosing(options), requirements: requirements.map(hostRequirement) };
  return { method: "explain", parameters, names: {} };
}
