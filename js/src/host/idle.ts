/** Lets everything else go first: in a page until it is idle, elsewhere for one turn. */
export async function idle(): Promise<void> {
  const { requestIdleCallback = setTimeout } = globalThis;
  await new Promise<unknown>((resolve) => requestIdleCallback(resolve));
}
