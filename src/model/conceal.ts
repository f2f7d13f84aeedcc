/** Takes known values out of texts before anybody sees them. One for each run. */
export interface Conceal {
  /** From now on this value is shown nowhere. Those with fewer than 4 characters are in every other word: they stay. */
  add(value: string): void;
  /** The text with `(secret)` for every known value, also where it is encoded, escaped or cut off at the end. */
  conceal(text: string): string;
  /** Whether a whole value is in the text, encoded or not. */
  holds(text: string): boolean;
  /** Whether there is no value: then texts stay as they are. */
  isEmpty(): boolean;
}
