// The state of one call, built from its progress events. Free of DOM: the element and the command line draw it.
import type { ProgressEvent } from "../types.ts";

/** The states of a package, in order. */
export type PackageState = "waiting" | "downloading" | "downloaded" | "placed";

/** The progress of one package. */
export interface PackageProgress {
  /** The normalized name. */
  readonly name: string;
  state: PackageState;
  /** Bytes of its archive: received and in total; null while unknown. */
  bytesDone: number | null;
  bytesTotal: number | null;
  /** Bytes a second, smoothed; null until it has been measured twice. */
  rate: number | null;
}

/** Time constant of the smoothing, in ms: long enough to read the number, short enough to follow changes. */
const MEMORY = 1500;

/** The progress of one call. */
export class Course {
  readonly packages = new Map<string, PackageProgress>();
  #latest: ProgressEvent | undefined;
  readonly #heardAt = new Map<string, number>();

  get latest(): ProgressEvent | undefined {
    return this.#latest;
  }

  /** Bytes a second of all packages together; null while nothing is being downloaded. */
  get rate(): number | null {
    const rates = [...this.packages.values()].flatMap(({ state, rate }) =>
      state === "downloading" && rate !== null ? [rate] : [],
    );
    return rates.length ? rates.reduce((sum, rate) => sum + rate) : null;
  }

  /** Whether `event` belongs to another call than the events before it. */
  isOver(event: ProgressEvent): boolean {
    const latest = this.#latest;
    return latest !== undefined && (latest.phase === "done" || event.fraction < latest.fraction);
  }

  /** Adds an event that arrived at `now`, in ms. */
  hear(event: ProgressEvent, now: number): void {
    this.#latest = event;
    if (event.phase === "done") {
      for (const each of this.packages.values()) each.state = "placed";
    } else if (event.package !== null && event.phase !== "resolving") {
      this.#follow(this.#package(event.package), event, now);
    }
  }

  #package(name: string): PackageProgress {
    let found = this.packages.get(name);
    if (!found) {
      found = { name, state: "waiting", bytesDone: null, bytesTotal: null, rate: null };
      this.packages.set(name, found);
    }
    return found;
  }

  #follow(progress: PackageProgress, event: ProgressEvent, now: number): void {
    if (event.phase === "placing") {
      progress.state = "placed";
      return;
    }
    const { bytesDone, bytesTotal } = event;
    if (bytesDone !== null) this.#measure(progress, bytesDone, now);
    progress.bytesTotal = bytesTotal ?? progress.bytesTotal;
    const isWhole = progress.bytesDone !== null && progress.bytesDone === progress.bytesTotal;
    progress.state = isWhole ? "downloaded" : progress.bytesDone === null ? "waiting" : "downloading";
  }

  #measure(progress: PackageProgress, bytesDone: number, now: number): void {
    const before = this.#heardAt.get(progress.name);
    // A transfer that is repeated starts with fewer bytes, which is no rate.
    if (before !== undefined && progress.bytesDone !== null && now > before && bytesDone >= progress.bytesDone) {
      const rate = ((bytesDone - progress.bytesDone) * 1000) / (now - before);
      const weight = progress.rate === null ? 1 : 1 - Math.exp((before - now) / MEMORY);
      progress.rate = (progress.rate ?? 0) * (1 - weight) + rate * weight;
    }
    progress.bytesDone = bytesDone;
    this.#heardAt.set(progress.name, now);
  }
}
