/** The description of an error, from Python or from JavaScript. */
export interface ErrorDescription {
  type: string;
  code: string;
  message: string;
  facts?: Readonly<Record<string, unknown>>;
}

/**
 * The class of all errors that wherry reports.
 *
 * `name` is the Python class (`"ResolutionConflict"`), `code` is a stable identifier (`"resolution-conflict"`), `facts`
 * are values for programs, and `message` is for people.
 */
export class WherryError extends Error {
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor({ type, code, message, facts = {} }: ErrorDescription) {
    super(message);
    this.name = type;
    this.code = code;
    this.facts = facts;
  }
}
