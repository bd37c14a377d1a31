// Describe the error of a call for people.

/** The shown parts of an error. */
export interface Failure {
  /** The code of a `WherryError`; the name of any other error. */
  code: string;
  message: string;
}

/** Describes the error of a call, which may be any value. */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: "error", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return { code, message: error.message };
}

/** Whether the call was cancelled, which is no failure. */
export function wasStopped(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
