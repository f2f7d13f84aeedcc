import { McpformError } from '../model/error.ts';
import { EXIT } from '../model/exit-code.ts';

/**
 * The first Ctrl-C (or SIGTERM, SIGHUP) aborts the signal: what runs is finished, nothing new starts.
 * With `takesHangup`, SIGHUP is somebody else's. The second leaves at once; the journal settles on the next run whatever was under way.
 */
export function onInterrupt(
  tell: (text: string) => void,
  { takesHangup = false }: { readonly takesHangup?: boolean } = {},
): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const handler = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    tell('\nStopping: finishing what runs. Press Ctrl-C again to leave at once.\n');
    controller.abort(
      new McpformError('INTERRUPTED', 'interrupted', { hint: 'run the same command again to go on' }),
    );
  };
  const signals = ['SIGINT', 'SIGTERM', ...(takesHangup ? [] : (['SIGHUP'] as const))] as const;
  for (const name of signals) process.on(name, handler);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of signals) process.off(name, handler);
    },
  };
}
