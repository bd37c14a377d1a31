import type { Patience } from "../host/transfer.ts";
import type { NetworkOptions } from "../types.ts";

/** The defaults of Python's `Network`, for the requests that begin before Python. */
export const DEFAULT_LIMITS = {
  answerTimeout: 30,
  idleTimeout: 30,
  totalTimeout: 900,
  archivesAtOnce: 6,
  maxMetadataSize: 2 ** 24,
  maxArchiveSize: 2 ** 29,
} satisfies NetworkOptions;

export type Limits = Required<Pick<NetworkOptions, keyof typeof DEFAULT_LIMITS>>;

export function patienceOf({ answerTimeout, idleTimeout, totalTimeout }: Limits): Patience {
  return { answer: answerTimeout, idle: idleTimeout, total: totalTimeout };
}
