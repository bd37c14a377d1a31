import { isatty } from "node:tty";
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Formats a text for the terminal, or returns it unchanged. */
export type Style = (format: Format, text: string) => string;

/** Whether to write colours to a stream. See no-color.org and force-color.org. */
export function wantsColour(isTerminal: boolean, environment: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = environment;
  if (forced) return forced !== "0" && forced !== "false";
  return isTerminal && !refused && terminal !== "dumb";
}

export function styleFor(descriptor: 1 | 2): Style {
  return wantsColour(isatty(descriptor))
    ? (format, text) => styleText(format, text, { validateStream: false })
    : (_, text) => text;
}
