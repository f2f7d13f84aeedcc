import type { Mount } from '../../model/container.ts';
import { volumeSources } from '../driver-facts.ts';
import { forbiddenSource } from '../forbidden-source.ts';
import { type Check, perServer } from './check.ts';

export const engineSocketMounted: Check = {
  id: 'engine-socket-mounted',
  code: 'CHECK_ENGINE_SOCKET_MOUNTED',
  level: 'deny',
  why: 'Who has the engine’s socket, or `/`, `/proc`, a home folder or what is hidden in it, has the machine or its secrets. Judged by what is written; where links lead, `mounts` judges at each plan.',
  hint: 'mount only the folder that the server needs',
  says: 'POLICY_DANGER',
  find: perServer(({ container }) => {
    const mounted = (container?.mounts ?? []).flatMap((mount, index) =>
      sourcesOf(mount).flatMap((source) => {
        const danger = forbiddenSource(source, { homes: [], sockets: [] });
        return danger === null ? [] : [{ index, words: `"${source}" of the host (${danger})` }];
      }),
    );
    const [first] = mounted;
    if (first === undefined) return null;
    // Mounts are in the order of the manifest's `volumes`.
    return {
      field: ['volumes', String(first.index)],
      words: `its container gets ${mounted.map(({ words }) => words).join(', ')}`,
    };
  }),
};

function sourcesOf(mount: Mount): readonly string[] {
  return mount.kind === 'bind' ? [mount.source] : volumeSources(mount.driverOptions);
}
