import { version } from '../../engine/version.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Listener } from '../../model/system.ts';
import type { Observer } from '../model.ts';
import type { Level } from './client.ts';
import { openEndpoint } from './endpoint.ts';
import { type Log, openLog } from './log.ts';
import { type LogFileSettings, openLogFile } from './log-file.ts';
import { countMetrics } from './metrics.ts';
import { type NotifySettings, openNotifier } from './notify/notifier.ts';
import { readNotify } from './notify/read-notify.ts';
import { openSinks, type Sinks } from './notify/sinks.ts';
import { type ServeSettings, serveEndpoint } from './serve-endpoint.ts';

export interface TellingSettings {
  readonly log: {
    readonly level: Level;
    /** Null: to `write`. */
    readonly file: LogFileSettings | null;
    /** To stderr. */
    readonly write: (line: string) => void;
  };
  /** Of the loop; null where only cron says when. */
  readonly intervalMs: number | null;
  /** Where monitors may ask; null: nowhere. */
  readonly serve: ServeSettings | null;
  /** Whether people are notified as this machine's configuration has it. */
  readonly isNotifying: boolean;
}

export interface Telling {
  readonly log: Log;
  /** In the order in which they are to be told. */
  readonly observers: readonly Observer[];
}

/**
 * Everybody who is told what the loop does, put together: each closes itself as an observer. Throws LOOP_SOCKET where
 * monitors cannot be listened to, and then nothing is left open.
 */
export async function openTelling(
  { log: wanted, intervalMs, serve, isNotifying }: TellingSettings,
  ctx: Context,
): Promise<Telling> {
  const file = wanted.file === null ? null : openLogFile(wanted.file, ctx);
  const log = await openLog(
    file === null
      ? { level: wanted.level, write: wanted.write }
      : { level: wanted.level, write: file.write, close: file.close },
    ctx,
  );
  const notified: Record<string, number> = {};
  const metrics = countMetrics({
    version,
    lostLines: () => file?.lost() ?? 0,
    notified: () => notified,
  });
  const endpoint = openEndpoint({ intervalMs, metrics }, ctx);
  const listener = serve === null ? null : await serveEndpoint(endpoint, serve, ctx);
  const onProblem = (text: string): void => log.say('warn', text);
  const onDelivery = (kind: string): void => {
    notified[kind] = (notified[kind] ?? 0) + 1;
  };
  const sinks = isNotifying ? await openNotify({ onProblem, onDelivery }, log, ctx) : null;
  const told =
    sinks === null ? [] : [openNotifier({ ...sinks, onProblem, onDelivery }, ctx), ...sinks.observers];
  // The log last: until then others may have something to say.
  return { log, observers: [metrics, closing(endpoint, listener), ...told, log] };
}

/** A machine that cannot notify anybody is kept as it should be all the same: the log says why. */
async function openNotify(
  report: Pick<NotifySettings, 'onProblem' | 'onDelivery'>,
  log: Log,
  ctx: Context,
): Promise<Sinks | null> {
  try {
    const settings = await readNotify(ctx);
    return settings === null ? null : openSinks(settings, report, ctx);
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint } = error;
    log.say('error', `nobody is notified: ${message}`, { code, ...(hint === undefined ? {} : { hint }) });
    return null;
  }
}

function closing(endpoint: Observer, listener: Listener | null): Observer {
  return {
    ...endpoint,
    close: async () => {
      await listener?.close();
    },
  };
}
