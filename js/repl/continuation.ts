// The editor knows one prompt. So the lines after the first begin with theirs as text, which is taken away again.

export const CONTINUATION = "... ";

/** What Python is to see of what was typed. */
export function withoutPrompts(typed: string): string {
  return typed.replaceAll(/\n\.\.\. ?/g, "\n");
}

/** What is typed by pasting `text`: of a transcript of a console only what had been typed there. */
export function pasted(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n");
  const isTranscript = lines[0]?.startsWith(">>> ");
  const typed = isTranscript ? lines.filter((line) => /^(>>>|\.\.\.)( |$)/.test(line)).map((line) => line.slice(4)) : lines;
  // Enter is a carriage return to a terminal.
  return typed.join(`\r${CONTINUATION}`);
}
