import { describe, expect, it } from 'vitest';
import type { ContainerInfo } from '../../../../src/providers/docker/api.ts';
import type { Engine } from '../../../../src/providers/docker/engine.ts';
import { converges, crash, isEither, type Variant } from './crashes.ts';
import { ALL_OR_NOTHING, PIECE_BY_PIECE, type Scenario } from './scenarios.ts';
import { contextBeside } from './stage.ts';

describe.each(ALL_OR_NOTHING)('a run that is killed while it is to $name', (scenario) => {
  it('leaves what was there or what was wanted, and the next apply converges', async () => {
    const { count, broken } = await crash(
      scenario,
      async (world, of, begin) => (await isEither(world, of, begin)) ?? (await converges(world, of)),
    );
    expect(broken).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(3);
  });
});

describe.each(PIECE_BY_PIECE)('a run that is killed while it is to $name a container', (scenario) => {
  it('leaves nothing that the next apply does not bring to where it shall be', async () => {
    const { count, broken } = await crash(scenario, converges);
    expect(broken).toEqual([]);
    expect(count).toBeGreaterThan(5);
  });
});

/** One call done otherwise. */
const instead =
  (change: (engine: Engine) => Partial<Engine>) =>
  (engine: Engine): Engine => ({ ...engine, ...change(engine) });

const MISTAKES: readonly (readonly [string, string, Variant])[] = [
  ['nobody recovers', 'replace, the old one first', { recover: null }],
  ['nobody recovers', 'create', { recover: null }],
  [
    'the old one is not renamed when the new one works',
    'replace, the old one first',
    {
      perform: {
        around: instead((engine) => ({
          renameContainer: async (id, name) =>
            name.endsWith('.spent') ? undefined : await engine.renameContainer(id, name),
        })),
      },
    },
  ],
  [
    'the old one gets its name back before it is started',
    'replace, the old one first',
    {
      recover: () => ({
        around: instead((engine) => ({
          startContainer: async (id) => {
            await engine.renameContainer(id, 'demo.web');
            await engine.startContainer(id);
          },
        })),
      }),
    },
  ],
  [
    'recovery does not wait for what an engine is still creating',
    'create',
    {
      recover: (world) => {
        const { ctx } = contextBeside(world);
        const clock = { ...ctx.system.clock, sleep: async () => undefined };
        return { ctx: { ...ctx, system: { ...ctx.system, clock } } };
      },
    },
  ],
  [
    'recovery does not know that a new one was never started',
    'replace, the old one first',
    {
      recover: () => ({
        around: instead((engine) => ({
          inspectContainer: async (id) => startedOnce(await engine.inspectContainer(id)),
        })),
      }),
    },
  ],
  [
    'recovery does not remove what was made',
    'create what ends at once',
    { recover: () => ({ around: instead(() => ({ removeContainer: async () => undefined })) }) },
  ],
];

function startedOnce(info: ContainerInfo | null): ContainerInfo | null {
  if (info?.State.Status !== 'created') return info;
  return { ...info, State: { ...info.State, Status: 'exited' } };
}

it.each(MISTAKES)('tells when %s, in "%s"', async (_mistake, name, variant) => {
  const scenario = ALL_OR_NOTHING.find((each) => each.name === name) as Scenario;
  const { broken } = await crash(scenario, isEither, variant);
  expect(broken.length).toBeGreaterThan(0);
});
