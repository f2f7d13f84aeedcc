import { McpformError } from '../model/error.ts';
import { EXIT } from '../model/exit-code.ts';

export interface InterruptOptions {
  /** SIGHUP is somebody else's. Default: false. */
  readonly takesHangup?: boolean;
  /** So long may last what runs, in milliseconds; then it is left as at the second Ctrl-C. Default: for ever. */
  readonly patienceMs?: number;
}

/**
 * The first Ctrl-C (or SIGTERM, SIGHUP) aborts the signal: what runs is finished, nothing new starts.
 * The second leaves at once; the journal settles on the next run whatever was under way.
 */
export function onInterrupt(
  tell: (text: string) => void,
  { takesHangup = false, patienceMs }: InterruptOptions = {},
): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  const handler = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    // Who keeps a service running has no keys.
    const again = name === 'SIGINT' ? ' Press Ctrl-C again to leave at once.' : '';
    tell(`\nStopping: finishing what runs.${again}\n`);
    controller.abort(
      new McpformError('INTERRUPTED', 'interrupted', { hint: 'run the same command again to go on' }),
    );
    if (patienceMs !== undefined) patience = setTimeout(() => process.exit(EXIT.interrupted), patienceMs);
    patience?.unref();
  };
  const signals = ['SIGINT', 'SIGTERM', ...(takesHangup ? [] : (['SIGHUP'] as const))] as const;
  for (const name of signals) process.on(name, handler);
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(patience);
      for (const name of signals) process.off(name, handler);
    },
  };
}
