import { Cron } from 'croner';

/** A cron expression of five fields, or one of its nicknames (`@daily`), in an IANA time zone; absent: the machine's. */
export interface CronTime {
  readonly expression: string;
  readonly timeZone?: string;
}

/** The first time after the given one, in ms since the epoch; null when there is none. */
export function cronAfter(time: CronTime, afterMs: number): number | null {
  return open(time).nextRun(new Date(afterMs))?.getTime() ?? null;
}

/** The last time up to and with the given one; null when there is none. */
export function cronUpTo(time: CronTime, untilMs: number): number | null {
  return (
    open(time)
      .previousRuns(1, new Date(untilMs + 1))[0]
      ?.getTime() ?? null
  );
}

/** What is wrong with it, in words; null when it can be used. */
export function cronProblem(time: CronTime): string | null {
  try {
    const cron = open(time);
    if (cron.getOnce() !== null) return 'is a date, not a cron expression';
    return cron.nextRun(new Date()) === null ? 'never comes' : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Paused: it only calculates, and starts no timer. */
function open({ expression, timeZone }: CronTime): Cron {
  return new Cron(expression, {
    mode: '5-part',
    paused: true,
    ...(timeZone === undefined ? {} : { timezone: timeZone }),
  });
}
