import type { InstallOptions, InstallReport } from "../types.ts";
import { advising } from "./advice.ts";
import type { LockArguments } from "./lock_source.ts";
import { sayReport, type Session, watch } from "./session.ts";

/** What a lock must satisfy: the dependencies of a script's header. */
export interface Meeting {
  meets?: readonly string[];
  meetsName?: string;
}

/** Installs from a lock, without resolving, and lists the installed packages. */
export async function installFromLock(
  session: Session,
  lock: LockArguments & Meeting,
  { overwrite }: InstallOptions,
): Promise<void> {
  const { signal } = session.interrupts;
  const question = { ...lock, ...(overwrite && { overwrite }) };
  const settings = { ...session.options, ...(lock.meetsName !== undefined && { script: lock.meetsName }) };
  const report: InstallReport = await advising(settings, () =>
    watch(session, true, (onEvent) => session.call("installLock", question, { onEvent, signal })),
  );
  sayReport(session, report, settings);
}
