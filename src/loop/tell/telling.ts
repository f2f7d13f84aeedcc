import { version } from '../../engine/version.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Listener } from '../../model/system.ts';
import type { Observer } from '../model.ts';
import { openEndpoint } from './endpoint.ts';
import type { Level } from './level.ts';
import { type LogSettings, openLog } from './log.ts';
import { type LogFile, type LogFileSettings, openLogFile } from './log-file.ts';
import { countMetrics } from './metrics.ts';
import { type NotifySettings, openNotifier } from './notify/notifier.ts';
import { readNotify } from './notify/read-notify.ts';
import { openSinks, type Sinks } from './notify/sinks.ts';
import { type ServeSettings, serveEndpoint } from './serve-endpoint.ts';

export interface TellingSettings {
  /** Null: no lines are written. */
  readonly log: {
    readonly level: Level;
    /** A file, or whoever takes a line. */
    readonly to: LogFileSettings | ((line: string) => void);
  } | null;
  /** What the log would say of this telling itself, where there is none. */
  readonly warn: (text: string) => void;
  /** Of the loop; null where only cron says when. */
  readonly intervalMs: number | null;
  /** Where monitors may ask; null: nowhere. */
  readonly serve: ServeSettings | null;
  /** Whether people are notified as this machine's configuration has it. */
  readonly isNotifying: boolean;
}

/**
 * Everybody who is told what the loop does, put together: in the order in which
 * they are to be told, and to be closed. Throws LOOP_SOCKET where
 * monitors cannot be listened to, and then nothing is left open.
 */
export async function openTelling(
  { log: wanted, warn, intervalMs, serve, isNotifying }: TellingSettings,
  ctx: Context,
): Promise<readonly Observer[]> {
  const file = wanted === null || typeof wanted.to === 'function' ? null : openLogFile(wanted.to, ctx);
  const log = wanted === null ? null : await openLog(logSettings(wanted, file), ctx);
  const notified: Record<string, number> = {};
  const metrics = countMetrics({
    version,
    lostLines: () => file?.lost() ?? 0,
    notified: () => notified,
  });
  const endpoint = openEndpoint({ intervalMs, metrics }, ctx);
  const listener = serve === null ? null : await serveEndpoint(endpoint, serve, ctx);
  const onProblem = (text: string): void => (log === null ? warn(text) : log.say('warn', text));
  const onDelivery = (kind: string): void => {
    notified[kind] = (notified[kind] ?? 0) + 1;
  };
  const sinks = isNotifying ? await openNotify({ onProblem, onDelivery }, ctx) : null;
  const told =
    sinks === null ? [] : [openNotifier({ ...sinks, onProblem, onDelivery }, ctx), ...sinks.observers];
  // The log last: until then others may have something to say.
  return [metrics, closing(endpoint, listener), ...told, ...(log === null ? [] : [log])];
}

/** A machine that cannot notify anybody is kept as it should be all the same: the log says why. */
async function openNotify(
  report: Pick<NotifySettings, 'onProblem' | 'onDelivery'>,
  ctx: Context,
): Promise<Sinks | null> {
  try {
    const settings = await readNotify(ctx);
    return settings === null ? null : openSinks(settings, report, ctx);
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    report.onProblem(`nobody is notified (${error.code}): ${error.message}`);
    return null;
  }
}

function logSettings({ level, to }: NonNullable<TellingSettings['log']>, file: LogFile | null): LogSettings {
  if (typeof to === 'function') return { level, write: to };
  return { level, write: (line) => file?.write(line), close: async () => file?.close() };
}

function closing(endpoint: Observer, listener: Listener | null): Observer {
  return {
    ...endpoint,
    close: async () => {
      await listener?.close();
    },
  };
}
