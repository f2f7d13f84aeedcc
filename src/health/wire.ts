import { Broken, type Trouble } from './trouble.ts';

/** Messages as texts, one way and the other: what stdio and WebSocket have in common. */
export interface Wire {
  readonly kind: 'text';
  /** Rejects with `Broken`. */
  open(onText: (text: string) => void): Promise<void>;
  send(text: string): void;
  /** Settles, with why, when nothing will come any more; never rejects. */
  readonly broken: Promise<Trouble>;
  /** Nobody is left behind when this settles; never rejects. */
  close(): Promise<void>;
  /** The last lines of its log, as it wrote them. */
  log(): readonly string[];
}

/** Reads until the end, and says why it ended: `atEnd` when nothing was wrong. */
export async function readAll<T>(
  items: AsyncIterable<T>,
  onItem: (item: T) => void,
  atEnd: () => Trouble | Promise<Trouble>,
): Promise<Trouble> {
  try {
    for await (const item of items) onItem(item);
  } catch (error) {
    if (error instanceof Broken) return error.trouble;
    throw error;
  }
  return atEnd();
}
