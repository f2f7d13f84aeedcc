export interface Queue<T> {
  push(item: T): void;
  /** Nothing pushed later counts; what was pushed before is still given. */
  end(): void;
  /** For one reader. */
  readonly items: AsyncIterable<T>;
}

/** Between somebody who is called and somebody who reads. */
export function queueOf<T>(): Queue<T> {
  const waiting: T[] = [];
  let isEnded = false;
  let wake: () => void = () => undefined;
  return {
    push: (item) => {
      if (isEnded) return;
      waiting.push(item);
      wake();
    },
    end: () => {
      isEnded = true;
      wake();
    },
    items: {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          const item = waiting.shift();
          if (item !== undefined) yield item;
          else if (isEnded) return;
          else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      },
    },
  };
}
