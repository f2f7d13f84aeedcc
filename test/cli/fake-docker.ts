import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { launcherLabels } from '../../src/launch/docker/labels.ts';
import { realProcesses } from '../../src/system/real-processes.ts';
import type { Stage } from './stage.ts';

/** Answers in the form that was recorded from real ones, and notes what it was told to remove. */
const SCRIPT = `#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
  "container ls") cat "$here/ids" ;;
  "container inspect")
    shift 4
    for id in "$@"; do cat "$here/$id"; done ;;
  "container rm") for last in "$@"; do :; done; echo "$last" | tee -a "$here/removed" ;;
esac
`;

export interface FakeDocker {
  /** To run the program with. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Ids, in the order of their removal. */
  removed(): Promise<readonly string[]>;
}

export const LEAKED = 'a'.repeat(64);
export const SUSPECT = 'b'.repeat(64);

/**
 * Puts a `docker` on the PATH whose engine has a container that a launcher of this machine left behind, in an earlier
 * boot, and one of somebody else's that looks like it; both a day old.
 */
export async function fakeDocker({ home, write }: Stage): Promise<FakeDocker> {
  const me = await realProcesses().identity();
  const ours = launcherLabels(`github-${'0a'.repeat(16)}`, 'github', { ...me, bootId: 'an-earlier-one' });
  const folder = join(home.folder, 'fake');
  await write({
    'fake/docker': SCRIPT,
    'fake/ids': `${LEAKED}\n${SUSPECT}\n`,
    [`fake/${LEAKED}`]: inspected(LEAKED, 'tools/github:1', ours),
    [`fake/${SUSPECT}`]: inspected(SUSPECT, 'mcp/time', {}),
  });
  await chmod(join(folder, 'docker'), 0o755);
  return {
    folder,
    env: { PATH: [folder, home.env['PATH']].join(delimiter) },
    removed: async () => {
      const text = await readFile(join(folder, 'removed'), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '');
    },
  };
}

/** From now on its engine says this instead, and nothing else. */
export async function breakDocker({ folder }: FakeDocker, says: string): Promise<void> {
  await writeFile(join(folder, 'docker'), `#!/bin/sh\n${says}\n`);
}

function inspected(id: string, image: string, labels: object): string {
  const created = new Date(Date.now() - 86_400_000).toISOString();
  return `${JSON.stringify({
    id,
    name: '/x',
    image,
    imageId: `sha256:${'e'.repeat(64)}`,
    state: 'running',
    created,
    labels,
    entrypoint: null,
    command: ['serve'],
    hasInput: true,
    isAttached: true,
    hasTerminal: false,
    ports: {},
    publishesAll: false,
    isRemovedAtEnd: true,
  })}\n`;
}
