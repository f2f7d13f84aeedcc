import type { ContainerRequest } from '../../src/providers/docker/api.ts';
import { connectEngine } from '../../src/providers/docker/connect.ts';
import type { Engine } from '../../src/providers/docker/engine.ts';
import { ENGINE_KINDS, requireEngine, startEngine } from '../support/engine.ts';
import { requirePodman, startPodman } from '../support/engine-podman.ts';
import type { RunningEngine } from '../support/engine-run.ts';
import { mcpImage, requireImages } from '../support/mcp-image.ts';
import { loadMcpImage } from '../support/mcp-image-place.ts';
import { realContext } from '../support/real-context.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

export const BUSYBOX = 'mcp/busybox:1.0.0';

/** A real engine, with busybox, and the way to it that is tested. */
export interface ConnectionWorld {
  readonly home: Home;
  readonly bed: RunningEngine;
  readonly engine: Engine;
  /** Creates a container of busybox, which sleeps unless told otherwise. Returns its id. */
  create(name: string, more?: Partial<ContainerRequest>): Promise<string>;
  /** The same, and starts it. */
  run(name: string, more?: Partial<ContainerRequest>): Promise<string>;
  remove(): Promise<void>;
}

export interface ConnectionKind {
  readonly name: string;
  readonly isPodman: boolean;
  readonly version: '28' | 'debian';
  readonly store: string;
  readonly canRun: () => boolean;
  readonly start: (insecureRegistries?: readonly string[]) => Promise<RunningEngine>;
}

/** For `describe.each`: two generations of Docker, both stores, and Podman. */
export const CONNECTION_KINDS: readonly ConnectionKind[] = [
  ...ENGINE_KINDS.map((kind) => ({
    name: `Docker from ${kind.version}, ${kind.store}`,
    isPodman: false,
    ...kind,
    canRun: () => requireEngine(kind) && requireImages(),
    start: () => startEngine(kind),
  })),
  {
    name: 'Podman',
    isPodman: true,
    version: 'debian',
    store: 'overlay',
    canRun: () => requirePodman() && requireImages(),
    start: (insecureRegistries = []) => startPodman({ insecureRegistries }),
  },
];

export async function makeConnectionWorld(
  kind: ConnectionKind,
  insecureRegistries: readonly string[] = [],
): Promise<ConnectionWorld> {
  const home = await throwawayHome();
  const bed = await kind.start(insecureRegistries);
  await loadMcpImage(bed, mcpImage('busybox'));
  const engine = await connectEngine(null, realContext(home, bed.env));
  const create = (name: string, more: Partial<ContainerRequest> = {}): Promise<string> =>
    engine.createContainer({
      name,
      platform: null,
      Image: BUSYBOX,
      Cmd: ['sleep', '1000'],
      HostConfig: { Init: true },
      ...more,
    });
  return {
    home,
    bed,
    engine,
    create,
    run: async (name, more) => {
      const id = await create(name, more);
      await engine.startContainer(id);
      return id;
    },
    remove: async () => {
      await bed.stop();
      await home.remove();
    },
  };
}
