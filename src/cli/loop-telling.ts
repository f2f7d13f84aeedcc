import { resolve } from 'node:path';
import type { Observer } from '../loop/model.ts';
import type { LoopSettings } from '../loop/settings.ts';
import { openTelling, type TellingSettings } from '../loop/tell/telling.ts';
import type { Context } from '../model/context.ts';
import { type CommandInput, textOption } from './command.ts';
import { listenPlace } from './listen-place.ts';
import { loopObserver } from './loop-observer.ts';
import type { Terminal } from './terminal.ts';

/**
 * Everybody who is told what a loop does: whoever started it, the log, monitors, and who is notified by this machine's
 * configuration. Throws USAGE, LOOP_SOCKET.
 */
export async function loopTelling(
  input: CommandInput,
  { intervalMs, mode }: Pick<LoopSettings, 'intervalMs' | 'mode'>,
  { ctx, terminal }: { readonly ctx: Context; readonly terminal: Terminal },
): Promise<readonly Observer[]> {
  const isText = textOption(input.options, 'log') !== 'json';
  const settings: TellingSettings = {
    log: logOf(input, terminal),
    warn: (text) => terminal.err(`warning: ${text}\n`),
    intervalMs,
    serve: serveOf(input),
    // Who only looks tells nobody.
    isNotifying: mode !== 'observe',
  };
  return [...(isText ? [loopObserver(input, terminal)] : []), ...(await openTelling(settings, ctx))];
}

function logOf({ options, cwd }: CommandInput, terminal: Terminal): TellingSettings['log'] {
  const level = (textOption(options, 'logLevel') ?? 'info') as NonNullable<TellingSettings['log']>['level'];
  const file = textOption(options, 'logFile');
  if (file !== undefined) return { level, to: { path: resolve(cwd, file) } };
  return textOption(options, 'log') === 'json' ? { level, to: (line) => terminal.err(line) } : null;
}

function serveOf({ options, cwd }: CommandInput): TellingSettings['serve'] {
  const place = textOption(options, 'metrics');
  return place === undefined ? null : { place: listenPlace(place, '--metrics', cwd) };
}
