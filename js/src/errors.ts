/** How the Python side, or this one, describes an error. */
export interface ErrorDescription {
  type: string;
  code: string;
  message: string;
  facts?: Readonly<Record<string, unknown>>;
}

/**
 * Every error that wherry raises on purpose.
 *
 * `name` is the Python class (`"ResolutionConflict"`), `code` the stable word for programs (`"resolution-conflict"`),
 * `facts` what a program needs to act on it, `message` the sentence for people.
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
