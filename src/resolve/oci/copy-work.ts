/**
 * Does the work for every item, at most `parallel` at once. After a failure, or once the signal aborts, nothing more
 * is started; what runs is waited for, and then the first failure is thrown.
 */
export async function workThrough<Item>(
  items: readonly Item[],
  { parallel, signal }: { readonly parallel: number; readonly signal: AbortSignal },
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const item = items[next++] as Item;
      try {
        signal.throwIfAborted();
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
