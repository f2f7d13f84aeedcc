import { McpformError } from '../model/error.ts';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `7d`, `30s`, `500ms` in milliseconds; what else a flag was given is a usage error. */
export function durationMs(text: string, flag: string, example: string): number {
  const [, number, unit] = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text) ?? [];
  if (number === undefined) {
    throw new McpformError('USAGE', `${flag} "${text}" is not a duration`, { hint: `write ${example}` });
  }
  return Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
