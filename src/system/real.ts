import type { Clock, System } from '../model/system.ts';
import { realNetwork } from './http/real-network.ts';
import { realFiles } from './real-files.ts';
import { realProcesses } from './real-processes.ts';

/** This machine. Costs nothing to make: everything that is slow to load is loaded by its first use. */
export function realSystem(env: Readonly<Record<string, string | undefined>> = process.env): System {
  return { files: realFiles(), clock: realClock(), processes: realProcesses(), network: realNetwork(env) };
}

function realClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        }, ms);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
  };
}
