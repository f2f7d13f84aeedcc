import type { ContainerInfo, ContainerStats, ContainerSummary } from '../../src/providers/docker/api.ts';
import type { Engine, EngineIdentity, LogLine, LogOptions } from '../../src/providers/docker/engine.ts';

/** A container that the double has. */
export interface Kept {
  readonly id: string;
  readonly name: string;
  readonly state?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly info?: Partial<ContainerInfo>;
  readonly log?: readonly LogLine[];
  readonly stats?: ContainerStats;
}

/** No engine: answers from a list, and notes what it was asked. Whatever a test does not expect to be asked throws. */
export function recordingEngine(kept: readonly Kept[], more: Partial<Engine> & { name?: string } = {}) {
  const asked: string[] = [];
  const note = (call: string): void => void asked.push(call);
  const byId = (id: string): Kept | undefined => kept.find((each) => each.id === id || each.name === id);
  const known: Partial<Engine> = {
    name: 'docker',
    endpoint: { kind: 'unix', path: '/run/docker.sock' },
    identity: async () => identityOf('docker:X'),
    listContainers: async () => {
      note('list');
      return kept.map(summaryOf);
    },
    inspectContainer: async (id) => {
      note(`inspect ${id.slice(0, 1)}`);
      const found = byId(id);
      return found === undefined ? null : infoOf(found);
    },
    logs: async function* (id: string, { tail, since, follow }: LogOptions) {
      note(`logs ${id.slice(0, 1)} ${JSON.stringify({ tail, since, follow })}`);
      const lines = byId(id)?.log ?? [];
      yield* tail === null ? lines : lines.slice(-tail);
    },
    stats: async (id) => {
      note(`stats ${id.slice(0, 1)}`);
      return byId(id)?.stats ?? {};
    },
    ...more,
  };
  const engine = new Proxy(known, {
    get: (target, name) => {
      if (name in target) return target[name as keyof Engine];
      // Whoever awaits it asks for this.
      if (name === 'then') return undefined;
      throw new Error(`nobody should ask the engine for "${String(name)}"`);
    },
  }) as Engine;
  return { engine, asked };
}

export function identityOf(id: string): EngineIdentity {
  return {
    id,
    kind: 'docker',
    version: '28.5.2',
    apiVersion: '1.51',
    isRootless: false,
    store: 'overlay2',
    logDriver: 'json-file',
    cannotLimit: [],
  };
}

/** As engines write an id. */
export const idOf = (letter: string): string => letter.repeat(64);

function summaryOf({ id, name, state = 'running', labels = {} }: Kept): ContainerSummary {
  return { Id: id, Names: [`/${name}`], State: state, Labels: labels };
}

function infoOf({ id, name, state = 'running', info = {} }: Kept): ContainerInfo {
  return {
    Id: id,
    Name: `/${name}`,
    Image: 'sha256:0',
    State: { Status: state },
    Config: {},
    HostConfig: {},
    ...info,
  };
}
