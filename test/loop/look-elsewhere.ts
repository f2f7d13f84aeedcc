import { openSource } from '../../src/loop/source/open-source.ts';
import { realContext } from '../support/real-context.ts';
import type { Home } from '../support/throwaway-home.ts';

/** What a process of its own is to look at. Plain JSON. */
export interface Errand {
  readonly home: Pick<Home, 'folder' | 'env'>;
  readonly spec: string;
  readonly times: number;
}

/** Says which commit it saw, and what the manifest was, each time. */
export async function lookElsewhere({ home, spec, times }: Errand): Promise<void> {
  const ctx = realContext(home as Home, { GIT_CONFIG_NOSYSTEM: '1' });
  for (let index = 0; index < times; index += 1) {
    // A new one each time, so that each look goes to the mirror.
    const source = await openSource(spec, { cwd: '/', allowLocal: true }, ctx);
    const { commit, files, manifestFiles } = await source.look(null, new AbortController().signal);
    const text = (await files.read(manifestFiles[0] as string)).toString();
    console.log(JSON.stringify({ commit, text }));
    await source.close();
  }
}
