import type { RestartSettings } from '../loop/decide/restarts.ts';
import { MIN_INTERVAL_MS } from '../loop/schedule/settings.ts';
import { defaultSettings, type LoopSettings } from '../loop/settings.ts';
import { McpformError } from '../model/error.ts';
import type { Mode } from '../model/loop.ts';
import { type CommandInput, listOption, switchOption, textOption } from './command.ts';
import { durationMs } from './duration.ts';
import { cronTime, windowOf } from './loop-times.ts';

/** The options of `reconcile` that say what the loop does, and when. What cannot be is a usage error. */
export function loopSettings(input: CommandInput, seed: string): LoopSettings {
  const { options } = input;
  const settings = defaultSettings(seed);
  const cron = listOption(options, 'cron').map(cronTime);
  const interval = textOption(options, 'interval');
  const isByCronAlone = interval === undefined && cron.length > 0;
  return {
    ...settings,
    intervalMs: isByCronAlone ? null : intervalMs(interval, settings.intervalMs),
    jitterPercent: numberOf(textOption(options, 'jitter'), { flag: '--jitter', from: 0, to: 99 }) ?? 5,
    cron,
    windows: listOption(options, 'window').map(windowOf),
    restart: restartOf(input, settings.restart),
    mode: (textOption(options, 'mode') as Mode | undefined) ?? settings.mode,
    modes: Object.fromEntries(listOption(options, 'modeOf').map(modeOf)),
    prune: switchOption(options, 'prune'),
    pruneAfter:
      numberOf(textOption(options, 'pruneAfter'), { flag: '--prune-after', from: 1, to: 1000 }) ?? 3,
  };
}

function restartOf({ options }: CommandInput, otherwise: RestartSettings): RestartSettings {
  const delay = textOption(options, 'restartDelay');
  return {
    threshold:
      numberOf(textOption(options, 'restartAfter'), { flag: '--restart-after', from: 1, to: 1000 }) ??
      otherwise.threshold,
    delayMs: delay === undefined ? otherwise.delayMs : durationMs(delay, '--restart-delay', '30s or 5m'),
    maxAttempts:
      numberOf(textOption(options, 'restartAttempts'), { flag: '--restart-attempts', from: 0, to: 1000 }) ??
      otherwise.maxAttempts,
  };
}

function intervalMs(text: string | undefined, otherwise: number | null): number | null {
  if (text === undefined) return otherwise;
  const ms = durationMs(text, '--interval', '5m or 1h');
  if (ms >= MIN_INTERVAL_MS) return ms;
  throw usage(
    `--interval "${text}" is less than ${MIN_INTERVAL_MS / 1000} s`,
    'what changes here is noticed without it',
  );
}

function modeOf(text: string): readonly [string, Mode] {
  const [, pattern, mode] = /^(.+)=(observe|warn|enforce)$/.exec(text) ?? [];
  if (pattern !== undefined) return [pattern, mode as Mode];
  throw usage(`--mode-of "${text}" is not PATTERN=MODE`, 'write "docker/*=observe", for example');
}

function numberOf(
  text: string | undefined,
  { flag, from, to }: { readonly flag: string; readonly from: number; readonly to: number },
): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw usage(`${flag} "${text}" is not a number from ${from} to ${to}`, `write ${flag} ${from}`);
}

function usage(message: string, hint: string): McpformError {
  return new McpformError('USAGE', message, { hint });
}
