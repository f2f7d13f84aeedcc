import { launcherLabels } from '../../../src/launch/docker/labels.ts';
import type { MachineIdentity } from '../../../src/model/system.ts';
import { fakeDocker, ME, RECORDED, type Reply } from './recorded.ts';

export interface FakeContainer {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly created: string;
  readonly isRunning: boolean;
}

/** An engine in memory behind a `docker` that answers in the recorded form. Containers can be changed between two calls. */
export class FakeEngine {
  readonly containers = new Map<string, FakeContainer>();
  /** When set, what becomes of a call instead. */
  fault: ((args: readonly string[]) => Reply | null) | null = null;
  readonly docker = fakeDocker((args) => this.fault?.(args) ?? this.#answer(args));

  /** `letter` makes the id. */
  add(letter: string, change: Partial<FakeContainer> = {}): string {
    const id = letter.repeat(64);
    const labels = {};
    const container = {
      id,
      labels,
      image: 'tools/thing:1',
      created: '2026-01-01T00:00:00Z',
      isRunning: true,
    };
    this.containers.set(id, { ...container, ...change });
    return id;
  }

  /** One that a launcher of ours started: by default a process that is gone. */
  addOurs(
    letter: string,
    launcher: Partial<MachineIdentity> = {},
    change: Partial<FakeContainer> = {},
  ): string {
    const labels = launcherLabels(`github-${'0a'.repeat(16)}`, 'github', { ...ME, pid: 99, ...launcher });
    return this.add(letter, { labels, ...change });
  }

  removals(): readonly string[] {
    return this.docker.asked.flatMap(({ args }) => (args[1] === 'rm' ? [args.at(-1) as string] : []));
  }

  #answer([kind, verb, ...rest]: readonly string[]): Reply {
    const { noContainer } = RECORDED['28.5'];
    const id = rest.at(-1) as string;
    if (kind === 'image') return {};
    if (verb === 'ls') return { stdout: this.#list(rest.includes('--all')) };
    if (verb === 'inspect') return this.#inspect(rest.slice(2));
    const stderr = this.containers.delete(id) ? '' : noContainer;
    return { stderr, stdout: stderr === '' ? `${id}\n` : '' };
  }

  #list(isByLabel: boolean): string {
    return [...this.containers.values()]
      .filter(({ labels, isRunning }) => (isByLabel ? 'dev.mcpform.launch' in labels : isRunning))
      .map(({ id }) => `${id}\n`)
      .join('');
  }

  #inspect(ids: readonly string[]): Reply {
    const found = ids.flatMap((id) => this.containers.get(id) ?? []);
    const isAll = found.length === ids.length;
    const stdout = found.map((container) => `${JSON.stringify(inspected(container))}\n`).join('');
    return { stdout, exitCode: isAll ? 0 : 1, stderr: isAll ? '' : RECORDED['28.5'].noContainer };
  }
}

function inspected({ id, labels, image, created, isRunning }: FakeContainer) {
  return {
    id,
    name: `/${id.slice(0, 4)}`,
    image,
    imageId: `sha256:${'e'.repeat(64)}`,
    state: isRunning ? 'running' : 'created',
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
  };
}
