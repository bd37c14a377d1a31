import type { InstallOptions, InstallReport } from "../types.ts";
import { advising } from "./advice.ts";
import { type LockArguments, namesOf } from "./lock_source.ts";
import { sayReport, type Session, watch } from "./session.ts";

/** What a lock must satisfy: the dependencies of a script's header. `relock` is the advice if it does not. */
export interface Meeting {
  meets: readonly string[];
  meetsName: string;
  relock: string;
}

/** Installs from a lock, without resolving, and lists the installed packages. */
export async function installFromLock(
  session: Session,
  lock: LockArguments,
  { overwrite }: InstallOptions,
  meeting?: Meeting,
): Promise<void> {
  const { signal } = session.interrupts;
  const { relock, ...wanted } = meeting ?? {};
  const question = { ...lock, ...wanted, ...(overwrite && { overwrite }) };
  const settings = { ...session.options, ...namesOf(lock), relock };
  const report: InstallReport = await advising(settings, () =>
    watch(session, true, (onEvent) => session.call("installLock", question, { onEvent, signal })),
  );
  sayReport(session, report, settings);
}
