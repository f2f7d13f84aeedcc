/** Runs a task when fewer than the limit are running; the others wait in line. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>;

export function limitTo(parallel: number): Limit {
  const waiting: (() => void)[] = [];
  let running = 0;
  const enter = async (): Promise<void> => {
    if (running < parallel) running++;
    // Whoever leaves hands its place over, so that nobody gets in between.
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  };
  return async (task) => {
    await enter();
    try {
      return await task();
    } finally {
      leave();
    }
  };
}
