import { afterEach } from 'vitest';
import type { Context } from '../../../src/model/context.ts';
import type { Registry } from '../../../src/model/registry.ts';
import type { Network } from '../../../src/model/system.ts';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { realNetwork } from '../../../src/system/http/real-network.ts';
import { ManualClock, memorySystem } from '../../../src/system/memory.ts';
import { contextOn, folders, home } from '../../state/machine.ts';
import type { TestImage } from '../../support/registry-images.ts';
import { type Lie, type MockOptions, type MockRegistry, startMock } from '../../support/registry-mock.ts';

export interface World {
  readonly ctx: Context;
  readonly clock: ManualClock;
  /** Pauses that were made, in ms. */
  readonly sleeps: readonly number[];
}

export interface WorldOptions {
  /** What the user's `registries.yaml` says, by host. */
  readonly registries?: Readonly<Record<string, object>>;
  /** `auths` of the user's Docker configuration: host → `user:password`, or an identity token. */
  readonly logins?: Readonly<Record<string, string | { readonly identitytoken: string }>>;
  readonly network?: Network;
  readonly tree?: Readonly<Record<string, string>>;
}

const mocks: MockRegistry[] = [];
afterEach(async () => {
  await Promise.all(mocks.splice(0).map((mock) => mock.close()));
});

export async function mockRegistry(options?: MockOptions): Promise<MockRegistry> {
  const mock = await startMock(options);
  mocks.push(mock);
  return mock;
}

/** A run on a machine in memory, with the real network: disk and time are the test's. */
export function makeWorld({ registries, logins = {}, network, tree }: WorldOptions = {}): World {
  const sleeps: number[] = [];
  const clock = new ManualClock();
  const auths = Object.fromEntries(
    Object.entries(logins).map(([host, login]) => [
      host,
      typeof login === 'string' ? { auth: Buffer.from(login).toString('base64') } : login,
    ]),
  );
  const document = { apiVersion: 'mcpform/v1', kind: 'Registries', registries };
  const system = memorySystem({
    clock,
    network: network ?? realNetwork({}),
    tree: {
      ...tree,
      [`${home}/.docker/config.json`]: JSON.stringify({ auths }),
      ...(registries === undefined
        ? {}
        : { [`${folders.config}/registries.yaml`]: JSON.stringify(document) }),
    },
  });
  const { sleep } = clock;
  const watched = {
    now: clock.now,
    monotonic: clock.monotonic,
    sleep: (ms: number, signal?: AbortSignal) => {
      sleeps.push(ms);
      return sleep(ms, signal);
    },
  };
  const { ctx } = contextOn({ ...system, clock: watched });
  return { ctx, clock, sleeps };
}

/** A registry with one image as `x:1`, opened in a run, until it lies. */
export async function openMock(
  image: TestImage,
  lie: Lie | null,
  given: World = makeWorld(),
): Promise<World & { readonly mock: MockRegistry; readonly registry: Registry }> {
  const mock = await mockRegistry();
  mock.add('x', image, '1');
  mock.lie = lie;
  return { ...given, mock, registry: await openRegistry(mock.host, given.ctx) };
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
