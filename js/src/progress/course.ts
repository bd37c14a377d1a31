// The course of one call, put together from its events. No DOM in here.
import type { ProgressEvent } from "../types.ts";

/** What is happening to a package, in the order in which it does. */
export type PackageState = "waiting" | "downloading" | "downloaded" | "placed";

/** One package on its way. */
export interface Parcel {
  /** The normalized name. */
  readonly name: string;
  state: PackageState;
  /** How many bytes of its archive have come, and how many there are; null while that is not known. */
  bytesDone: number | null;
  bytesTotal: number | null;
  /** Bytes a second, smoothed; null before there are two moments to compare. */
  rate: number | null;
}

/** How fast an old rate is forgotten, in ms: long enough to read the number, short enough to believe it. */
const MEMORY = 1500;

/** What the events of one call have told so far. */
export class Course {
  readonly parcels = new Map<string, Parcel>();
  #latest: ProgressEvent | undefined;
  readonly #heardAt = new Map<string, number>();

  get latest(): ProgressEvent | undefined {
    return this.#latest;
  }

  /** Bytes a second of all packages together; null while nothing is being downloaded. */
  get rate(): number | null {
    const rates = [...this.parcels.values()].flatMap(({ state, rate }) =>
      state === "downloading" && rate !== null ? [rate] : [],
    );
    return rates.length ? rates.reduce((sum, rate) => sum + rate) : null;
  }

  /** Whether `event` cannot belong to this course any more, and so begins another. */
  isOver(event: ProgressEvent): boolean {
    const latest = this.#latest;
    return latest !== undefined && (latest.phase === "done" || event.fraction < latest.fraction);
  }

  /** Takes the next event, which has come at `now`, in ms. */
  hear(event: ProgressEvent, now: number): void {
    this.#latest = event;
    if (event.phase === "done") {
      for (const parcel of this.parcels.values()) parcel.state = "placed";
    } else if (event.package !== null && event.phase !== "resolving") {
      this.#follow(this.#parcel(event.package), event, now);
    }
  }

  #parcel(name: string): Parcel {
    let parcel = this.parcels.get(name);
    if (!parcel) {
      parcel = { name, state: "waiting", bytesDone: null, bytesTotal: null, rate: null };
      this.parcels.set(name, parcel);
    }
    return parcel;
  }

  #follow(parcel: Parcel, event: ProgressEvent, now: number): void {
    if (event.phase === "placing") {
      parcel.state = "placed";
      return;
    }
    const { bytesDone, bytesTotal } = event;
    if (bytesDone !== null) this.#measure(parcel, bytesDone, now);
    parcel.bytesTotal = bytesTotal ?? parcel.bytesTotal;
    const isWhole = parcel.bytesDone !== null && parcel.bytesDone === parcel.bytesTotal;
    parcel.state = isWhole ? "downloaded" : parcel.bytesDone === null ? "waiting" : "downloading";
  }

  /** A transfer that begins again has fewer bytes than before: that is no rate. */
  #measure(parcel: Parcel, bytesDone: number, now: number): void {
    const before = this.#heardAt.get(parcel.name);
    if (before !== undefined && parcel.bytesDone !== null && now > before && bytesDone >= parcel.bytesDone) {
      const rate = ((bytesDone - parcel.bytesDone) * 1000) / (now - before);
      const weight = parcel.rate === null ? 1 : 1 - Math.exp((before - now) / MEMORY);
      parcel.rate = (parcel.rate ?? 0) * (1 - weight) + rate * weight;
    }
    parcel.bytesDone = bytesDone;
    this.#heardAt.set(parcel.name, now);
  }
}
