import { pino } from 'pino';
import type { Level } from './level.ts';

/** Turns one thing that is said into one line of JSON, with its line end. Below its level nothing is made. */
export type SayLine = (level: Level, fields: Readonly<Record<string, unknown>>, message: string) => void;

export interface LineSettings {
  readonly level: Level;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly write: (line: string) => void;
}

export function openLines({ level, now, write }: LineSettings): SayLine {
  const lines = pino(
    {
      level,
      // Neither pid nor host name.
      base: {},
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return (at, fields, message) => lines[at](fields, message);
}
