import type { Begin } from '../../../src/model/journal.ts';
import type { Work } from '../../../src/model/provider.ts';
import { perform } from '../../../src/providers/docker/perform.ts';
import { recover } from '../../../src/providers/docker/recover.ts';
import { realContext } from '../../support/real-context.ts';
import type { Home } from '../../support/throwaway-home.ts';

/** What a process of its own is to do. Plain JSON: there are no gates. */
export interface Errand {
  readonly home: Pick<Home, 'folder' | 'env'>;
  readonly env: Readonly<Record<string, string>>;
  readonly works: readonly Work[];
  readonly pending: readonly Begin[];
}

/** Recovers, then performs all steps at once, as an apply does; says when it begins and when it is done. */
export async function performElsewhere({ home, env, works, pending }: Errand): Promise<void> {
  const ctx = realContext(home as Home, env);
  console.log('begins');
  if (pending.length > 0) await recover(pending, ctx);
  await Promise.all(works.map((work) => perform([work], ctx)));
  console.log('done');
}
