import type { InstalledDistribution, InstallReport, ProgressEvent } from "../types.ts";
import { count, formatSeconds } from "../text/units.ts";

/** Returns the seconds since the clock was started. */
export type Clock = () => number;

export function startClock(): Clock {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}

const OUTCOMES = {
  resolving: (total: number) => `resolved ${count(total, "package")}`,
  downloading: (total: number) => `downloaded ${count(total, "wheel")}`,
  placing: (total: number) => `placed ${count(total, "package")}`,
};

/** Writes one line at the end of each phase. */
export class PhaseLines {
  readonly #say: (line: string) => void;
  readonly #start: () => Clock;
  #phase: Exclude<ProgressEvent["phase"], "loading"> | undefined;
  #clock: Clock;

  constructor(say: (line: string) => void, start: () => Clock = startClock) {
    this.#say = say;
    this.#start = start;
    this.#clock = start();
  }

  follow({ phase, total }: ProgressEvent): void {
    if (phase === this.#phase || phase === "loading") return;
    const ended = this.#phase;
    this.#phase = phase;
    // The first phase includes the time before its first event.
    if (ended === undefined) return;
    // Resolving again means that nothing was done since.
    if (ended !== "done" && phase !== "resolving") {
      this.#say(`wherry: ${OUTCOMES[ended](total ?? 0)} in ${formatSeconds(this.#clock())}`);
    }
    this.#clock = this.#start();
  }
}

/** Lists the installed packages with their sources, then the warnings. URLs are shortened to `columns`. */
export function reportLines({ installed, warnings }: InstallReport, columns = Number.POSITIVE_INFINITY): string[] {
  const nameWidth = Math.max(...installed.map(({ name }) => name.length));
  const versionWidth = Math.max(...installed.map(({ version }) => version.length));
  const line = ({ name, version, source }: InstalledDistribution) => {
    const start = `wherry:   ${name.padEnd(nameWidth)}  ${version.padEnd(versionWidth)}  `;
    return `${start}${shorten(source ?? "(unknown source)", columns - start.length)}`.trimEnd();
  };
  return [...installed.map(line), ...warnings.map((warning) => `wherry: warning: ${warning}`)];
}

/** Shortens a URL. The path is cut first and the file name last, because the name is the most useful part. */
function shorten(source: string, width: number): string {
  if (source.length <= width) return source;
  const filename = source.slice(source.lastIndexOf("/") + 1);
  const host = /^[a-z]+:\/\/[^/]+\//.exec(source)?.[0] ?? "";
  const ways = [`${host}…/${filename}`, `…/${filename}`, filename.slice(0, Math.max(width - 1, 0)) + "…"];
  return ways.find((way) => way.length <= width) ?? "";
}
