// The editor has one prompt. Further lines begin with theirs as text, which is removed again.

export const CONTINUATION = "... ";

/** Removes the prompts from typed text. */
export function withoutPrompts(typed: string): string {
  return typed.replaceAll(/\n\.\.\. ?/g, "\n");
}

/** Returns the keys that paste `text`. From a transcript of a console only the input is pasted. */
export function pasted(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n");
  const isTranscript = lines[0]?.startsWith(">>> ");
  const typed = isTranscript ? lines.filter((line) => /^(>>>|\.\.\.)( |$)/.test(line)).map((line) => line.slice(4)) : lines;
  // Terminals send a carriage return for Enter.
  return typed.join(`\r${CONTINUATION}`);
}
