import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/model/context.ts';
import { readTree } from '../../../src/resolve/npm/read-tree.ts';
import { type NpmRegistry, npmRegistry } from '../../support/npm-registry.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { npmContext, resolveNpm } from './world.ts';

const DAY_MS = 86_400_000;

let home: Home;
let registry: NpmRegistry;

/** A new one each time: what a registry said is remembered for one run. */
const run = (): Promise<Context> => npmContext(home, [`registry=${registry.url}`]);
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

beforeEach(async () => {
  home = await throwawayHome();
  registry = await npmRegistry();
});

afterEach(async () => {
  await registry.close();
  await home.remove();
});

describe('a pin that still answers', () => {
  beforeEach(() => registry.publish({ name: 'server', version: '1.0.0' }));

  it('is kept without a request, whatever is new', async () => {
    const before = await resolveNpm('server@^1', await run());
    registry.publish({ name: 'server', version: '1.1.0' });
    registry.forget();
    const after = await resolveNpm('server@^1', await run(), {
      current: before.pin,
      currentTree: before.tree,
    });
    expect(after).toEqual({ pin: before.pin, tree: before.tree, findings: [] });
    expect(registry.asked).toEqual([]);
  });

  it('is resolved anew when the manifest asks for something else', async () => {
    const before = await resolveNpm('server@^1', await run());
    registry.publish({ name: 'server', version: '1.1.0' });
    const { pin } = await resolveNpm('server@>=1', await run(), {
      current: before.pin,
      currentTree: before.tree,
    });
    expect(pin.package).toBe('npm:server@1.1.0');
  });

  it.each([
    ['lost', null],
    ['edited', '{}\n'],
  ])('whose tree is %s keeps its version', async (_, currentTree) => {
    const before = await resolveNpm('server@^1', await run());
    registry.publish({ name: 'server', version: '1.1.0' });
    const after = await resolveNpm('server@^1', await run(), { current: before.pin, currentTree });
    expect(after).toMatchObject({ pin: before.pin, tree: before.tree });
  });

  it('takes the newest, and newer dependencies, with an update', async () => {
    const depends = { dependencies: { dep: '^1' } };
    registry.publish({ name: 'dep', version: '1.0.0' });
    registry.publish({ name: 'server', version: '1.1.0', manifest: depends });
    const before = await resolveNpm('server@^1', await run());
    registry.publish({ name: 'dep', version: '1.5.0' });
    const update = { current: before.pin, currentTree: before.tree, isUpdate: true };
    const fresh = await resolveNpm('server@^1', await run(), update);
    expect(fresh.pin.package).toBe('npm:server@1.1.0');
    expect(readTree(fresh.tree ?? '').packages.get('node_modules/dep')?.version).toBe('1.5.0');
    registry.publish({ name: 'server', version: '1.2.0', manifest: depends });
    const newest = await resolveNpm('server@^1', await run(), update);
    expect(newest.pin.package).toBe('npm:server@1.2.0');
  });
});

describe('the same version with another integrity', () => {
  const other = (release: { readonly dist: object }) => ({
    ...release,
    dist: { ...release.dist, integrity: `sha512-${'A'.repeat(86)}==` },
  });

  it('is refused, with both hashes, whatever brought it about', async () => {
    registry.publish({ name: 'server', version: '1.0.0' });
    const { pin, tree } = await resolveNpm('server', await run());
    registry.amend('server', '1.0.0', other as never);
    const failure = {
      code: 'RESOLVE_INTEGRITY',
      message:
        `"npm:server@1.0.0" is locked with the integrity ${pin.integrity}, ` +
        `and the registry says sha512-${'A'.repeat(86)}==`,
    };
    for (const more of [{ isUpdate: true, currentTree: tree }, { currentTree: null }]) {
      const again = resolveNpm('server', await run(), { current: pin, ...more });
      await expect(again).rejects.toMatchObject(failure);
    }
  });

  it('is refused for a dependency too', async () => {
    registry.publish({ name: 'dep', version: '1.0.0' });
    registry.publish({ name: 'server', version: '1.0.0', manifest: { dependencies: { dep: '1' } } });
    const { pin, tree } = await resolveNpm('server', await run());
    registry.publish({ name: 'server', version: '1.1.0', manifest: { dependencies: { dep: '1' } } });
    registry.amend('dep', '1.0.0', other as never);
    const update = { current: pin, currentTree: tree, isUpdate: true };
    await expect(resolveNpm('server', await run(), update)).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
      message: expect.stringContaining('"npm:dep@1.0.0" is locked with the integrity sha512-'),
    });
  });
});

describe('a cooldown', () => {
  const cooldownMs = 7 * DAY_MS;

  beforeEach(() => {
    registry.publish({ name: 'dep', version: '1.0.0', at: daysAgo(30) });
    registry.publish({ name: 'dep', version: '1.1.0', at: daysAgo(1) });
    const manifest = { dependencies: { dep: '^1' } };
    registry.publish({ name: 'server', version: '1.0.0', at: daysAgo(20), manifest });
    registry.publish({ name: 'server', version: '1.1.0', at: daysAgo(2), manifest });
  });

  it.each(['server', 'server@^1', 'server@latest'])(
    'of "%s" ignores young releases, its dependencies’ too',
    async (text) => {
      const { pin, tree } = await resolveNpm(text, await run(), { cooldownMs });
      expect(pin.package).toBe('npm:server@1.0.0');
      expect(readTree(tree ?? '').packages.get('node_modules/dep')?.version).toBe('1.0.0');
    },
  );

  it('leaves a version alone that somebody wrote down, and what appeared with it', async () => {
    registry.publish({ name: 'native', version: '2.0.0', at: daysAgo(3) });
    registry.publish({
      name: 'server',
      version: '2.0.0',
      at: daysAgo(2),
      manifest: { dependencies: { dep: '^1' }, optionalDependencies: { native: '2.0.0' } },
    });
    const { pin, tree } = await resolveNpm('server@2.0.0', await run(), { cooldownMs });
    expect(pin.package).toBe('npm:server@2.0.0');
    const { packages } = readTree(tree ?? '');
    expect(packages.get('node_modules/native')?.version).toBe('2.0.0');
    expect(packages.get('node_modules/dep')?.version).toBe('1.0.0');
  });

  it('never leaves out an optional dependency that is too young', async () => {
    registry.publish({ name: 'native', version: '2.0.0', at: daysAgo(1) });
    registry.publish({
      name: 'server',
      version: '1.0.1',
      at: daysAgo(10),
      manifest: { optionalDependencies: { native: '2.0.0' } },
    });
    await expect(resolveNpm('server@~1.0.1', await run(), { cooldownMs })).rejects.toMatchObject({
      code: 'RESOLVE_NOT_FOUND',
    });
  });

  it('does not take back what is locked already', async () => {
    const before = await resolveNpm('server', await run());
    expect(before.pin.package).toBe('npm:server@1.1.0');
    const update = { current: before.pin, currentTree: before.tree, isUpdate: true, cooldownMs };
    expect((await resolveNpm('server', await run(), update)).pin.package).toBe('npm:server@1.1.0');
  });

  it('says so when the registry itself went back', async () => {
    const before = await resolveNpm('server', await run());
    registry.tag('server', 'latest', '1.0.0');
    const update = { current: before.pin, currentTree: before.tree, isUpdate: true, cooldownMs };
    expect((await resolveNpm('server', await run(), update)).pin.package).toBe('npm:server@1.0.0');
  });

  it('that leaves nothing is a failure', async () => {
    const tooLong = { cooldownMs: 1000 * DAY_MS };
    await expect(resolveNpm('server', await run(), tooLong)).rejects.toMatchObject({
      code: 'RESOLVE_NOT_FOUND',
    });
  });

  it('says so when the registry knows no ages', async () => {
    registry.forgetTimes('server');
    const { pin, findings } = await resolveNpm('server', await run(), { cooldownMs });
    expect(pin.package).toBe('npm:server@1.1.0');
    expect(findings).toMatchObject([{ code: 'RESOLVE_AGE_UNKNOWN', severity: 'warning' }]);
  });

  it('of the user’s own npm holds too, and so do its exceptions', async () => {
    const settings = [`registry=${registry.url}`, 'min-release-age=7'];
    const own = await resolveNpm('server', await npmContext(home, settings));
    expect(own.pin.package).toBe('npm:server@1.0.0');
    const except = await npmContext(home, [...settings, 'min-release-age-exclude[]=dep']);
    const { tree } = await resolveNpm('server', except);
    expect(readTree(tree ?? '').packages.get('node_modules/dep')?.version).toBe('1.1.0');
    const strict = await npmContext(home, [...settings, 'min-release-age-exclude[]=dep']);
    const ours = await resolveNpm('server', strict, { cooldownMs: 5 * DAY_MS });
    expect(readTree(ours.tree ?? '').packages.get('node_modules/dep')?.version).toBe('1.0.0');
  });
});
