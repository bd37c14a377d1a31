// A call that failed, as people are told of it.

/** What is shown of an error. */
export interface Failure {
  /** The stable word of a `WherryError`; of anything else, its name. */
  code: string;
  message: string;
}

/** Describes what a call was rejected with, whatever it is. */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: "error", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return { code, message: error.message };
}

/** Whether somebody ended the call, which is no failure. */
export function wasStopped(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
