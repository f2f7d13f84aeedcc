import { type CronTime, cronProblem } from '../loop/schedule/client.ts';
import type { Window } from '../loop/schedule/windows.ts';
import { McpformError } from '../model/error.ts';
import { durationMs } from './duration.ts';

const WINDOW_EXAMPLE = 'write --window "deny 0 9 * * 1-5 for 8h in Europe/Berlin", for example';

/** `0 * * * *`, or with a time zone: `0 9 * * 1-5 in Europe/Berlin`. */
export function cronTime(text: string): CronTime {
  return timeOf(text, { what: `--cron "${text}"`, hint: 'write --cron "0 * * * *", for example' });
}

/** `allow 0 22 * * * for 8h`, `deny 0 9 * * 1-5 for 8h in Europe/Berlin`. */
export function windowOf(text: string): Window {
  const what = `--window "${text}"`;
  const [, kind, start = '', duration = '', zone] =
    /^(allow|deny) +(.+?) +for +(\S+)(?: +in +(\S+))?$/.exec(text.trim()) ?? [];
  if (kind === undefined) {
    throw new McpformError('USAGE', `${what} is not "allow|deny TIMES for DURATION"`, {
      hint: WINDOW_EXAMPLE,
    });
  }
  const lasts = durationMs(duration, what, 'for 8h');
  if (lasts === 0) {
    throw new McpformError('USAGE', `${what} ends when it begins`, { hint: WINDOW_EXAMPLE });
  }
  return {
    kind: kind as Window['kind'],
    start: timeOf(zone === undefined ? start : `${start} in ${zone}`, { what, hint: WINDOW_EXAMPLE }),
    durationMs: lasts,
  };
}

function timeOf(text: string, { what, hint }: { readonly what: string; readonly hint: string }): CronTime {
  const [, expression = '', timeZone] = /^(.+?)(?: +in +(\S+))?$/.exec(text.trim()) ?? [];
  const time = { expression, ...(timeZone === undefined ? {} : { timeZone }) };
  const problem =
    timeZone === undefined || isTimeZone(timeZone) ? cronProblem(time) : `: no time zone "${timeZone}"`;
  if (problem === null) return time;
  throw new McpformError('USAGE', `${what}${problem.startsWith(':') ? '' : ' '}${problem}`, { hint });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
