import { readdirSync, readFileSync } from 'node:fs';
import type { Hit, Search } from './search.ts';

/** Looks at the command lines of all processes of this machine, again and again. */
export interface ArgumentsWatch {
  /** How many command lines were seen. */
  readonly seen: () => number;
  /** No look any more; returns what was found. */
  stop(): readonly Hit[];
}

const EVERY_MS = 10;

export function watchArguments(search: Search): ArgumentsWatch {
  const seen = new Set<string>();
  const hits: Hit[] = [];
  const look = (): void => {
    for (const id of readdirSync('/proc')) {
      if (!/^\d+$/.test(id)) continue;
      const line = commandLine(id);
      if (line === '' || seen.has(`${id} ${line}`)) continue;
      seen.add(`${id} ${line}`);
      hits.push(...search.text(`the arguments of process ${id}`, line.replaceAll('\0', ' ')));
    }
  };
  const timer = setInterval(look, EVERY_MS);
  look();
  return {
    seen: () => seen.size,
    stop: () => {
      look();
      clearInterval(timer);
      return hits;
    },
  };
}

/** Empty when it has ended. */
function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
