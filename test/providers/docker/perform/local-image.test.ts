import { describe, expect, it } from 'vitest';
import type { DesiredObject } from '../../../../src/model/resource.ts';
import type { Engine } from '../../../../src/providers/docker/engine.ts';
import { observeOn } from '../../../../src/providers/docker/observe-engine.ts';
import { done, expectRefused } from './expect.ts';
import { fakeEngine } from './fake-engine.ts';
import { emptyWorld, type FakeWorld } from './fake-world.ts';
import { plan } from './stage.ts';
import { containerNamed } from './works.ts';

const [A, B] = ['ab', 'ba'].map((hex) => `sha256:${hex.repeat(32)}`) as [string, string];
const NAME = 'localhost/notes:1';
const NOTES: DesiredObject = containerNamed('notes', { image: A });
const IMAGE: DesiredObject = {
  ...{ ...NOTES, container: undefined, server: undefined },
  ...{
    kind: 'image',
    image: A,
    name: A,
    platform: null,
    address: 'docker/image/localhost/notes@abababababab',
  },
  pin: { name: NAME, digest: A },
} as unknown as DesiredObject;

/** One that has the content under a digest too, as Podman and containerd's store have for what was built there. */
function worldWith(...ids: readonly string[]): FakeWorld {
  const world = emptyWorld();
  world.images.clear();
  for (const id of ids) world.images.set(`localhost/notes@${id}`, {});
  return world;
}

const findings = async (world: FakeWorld, named: string | null) => {
  const engine = fakeEngine(world);
  const naming: Engine = {
    ...engine,
    inspectImage: (image, ...rest) => {
      if (image !== NAME) return engine.inspectImage(image, ...rest);
      return named === null ? Promise.resolve(null) : engine.inspectImage(named, ...rest);
    },
  };
  const wanted = { context: null, desired: [IMAGE], places: [], ids: new Map() };
  const observation = await observeOn(naming, wanted);
  return observation.findings.map(({ code, severity, message }) => `${severity} ${code}: ${message}`);
};

describe('an image that no registry has', () => {
  it('is what a container of its id is made of, whatever digests it goes by', async () => {
    const world = worldWith(A);
    await done(world, await plan(world, NOTES));
    const [made] = [...world.containers.values()];
    expect(made?.request).toMatchObject({ Image: A, Labels: { 'dev.mcpform.image': A } });
    expect((await plan(world, NOTES)).step.paths).toEqual([]);
  });

  it('is known by its id where the engine keeps the name that it had', async () => {
    const world = worldWith(A);
    await done(world, await plan(world, NOTES));
    for (const container of world.containers.values()) {
      world.containers.set(container.id, {
        ...container,
        request: { ...container.request, Image: `localhost/notes@${A}` },
      });
    }
    expect((await plan(world, NOTES)).step.paths).toEqual([]);
  });

  it('is never pulled; what to do when it is not there is said by its name', async () => {
    const world = worldWith(B);
    const { error } = await expectRefused(world, await plan(world, IMAGE), 'ENGINE_IMAGE_LOCAL');
    expect(error?.hint).toContain('mcpform lock');
    await expectRefused(world, await plan(world, NOTES), 'ENGINE_IMAGE_LOCAL');
    expect([...world.images.keys()]).toEqual([`localhost/notes@${B}`]);
  });

  it('is pointed out where it is gone, or its name stands for another by now', async () => {
    expect(await findings(worldWith(A), A)).toEqual([]);
    expect(await findings(worldWith(A), null)).toEqual([]);
    expect(await findings(worldWith(A, B), B)).toEqual([
      `info RESOLVE_TAG_MOVED: "${NAME}" was built anew on "docker"; the lock stays at sha256:abababababab…`,
    ]);
    expect(await findings(worldWith(B), B)).toEqual([
      `warning ENGINE_IMAGE_LOCAL: "docker" does not have "${NAME}" as locked, sha256:abababababab…`,
    ]);
  });
});
