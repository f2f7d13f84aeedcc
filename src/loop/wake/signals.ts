import type { Context } from '../../model/context.ts';
import type { WakeSource } from '../model.ts';

/** Wakes at SIGHUP, which no longer ends us then. Does nothing where there are no signals. */
export function signalWakes({ system }: Pick<Context, 'system'>): WakeSource {
  let listening: { close(): void } | undefined;
  return {
    start: async (onWake) => {
      listening = system.processes.onSignal?.('SIGHUP', () => onWake({ kind: 'signal' }));
    },
    settle: async () => undefined,
    close: async () => listening?.close(),
  };
}
