import { hash } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import cacache from 'cacache';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/model/context.ts';
import type { PackagePin } from '../../../src/model/lock.ts';
import type { Resolution } from '../../../src/model/resolver.ts';
import { npmInstaller } from '../../../src/resolve/npm/installer.ts';
import { type NpmRegistry, npmRegistry } from '../../support/npm-registry.ts';
import { packTarball } from '../../support/npm-registry-tarball.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { emptyFolder, npmContext, resolveNpm } from './world.ts';

let home: Home;
let registry: NpmRegistry;
let ctx: Context;

const run = (): Promise<Context> => npmContext(home, [`registry=${registry.url}`]);
const evil = packTarball({
  'package.json': JSON.stringify({ name: 'server', version: '1.0.0' }),
  'index.js': 'evil',
});

beforeEach(async () => {
  home = await throwawayHome();
  registry = await npmRegistry();
  ctx = await run();
  registry.publish({ name: 'server', version: '1.0.0', files: { 'index.js': 'right' } });
});

afterEach(async () => {
  await registry.close();
  await home.remove();
});

async function installed({ pin, tree }: Resolution<PackagePin>, name: string): Promise<string> {
  const folder = await emptyFolder(home, name);
  await npmInstaller.install({ pin, tree, folder }, await run());
  return await readFile(join(folder, 'node_modules/server/index.js'), 'utf8');
}

/** Every file that the cache keeps under the hash of its content. */
async function contents(cache: string): Promise<readonly string[]> {
  const folder = join(cache, 'content-v2');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a tarball that was edited in the cache', () => {
  it.each([
    ['another tarball', evil],
    ['nothing', Buffer.alloc(0)],
  ])('to %s is not used, but fetched again', async (_, bytes) => {
    const resolution = await resolveNpm('server', ctx);
    expect(await installed(resolution, 'one')).toBe('right');
    const edited = await contents(join(ctx.folders.cache, 'npm'));
    expect(edited).toHaveLength(1);
    for (const path of edited) await writeFile(path, bytes);
    registry.forget();
    expect(await installed(resolution, 'two')).toBe('right');
    expect(registry.asked.map(({ path }) => path)).toEqual(['server', 'server/-/server-1.0.0.tgz']);
  });

  it('is refused when nobody has the right one', async () => {
    const resolution = await resolveNpm('server', ctx);
    await installed(resolution, 'one');
    for (const path of await contents(join(ctx.folders.cache, 'npm'))) await writeFile(path, evil);
    registry.unpublish('server');
    await expect(installed(resolution, 'two')).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
  });
});

describe('what was planted in a cache as if a registry had said it', () => {
  /** As npm's libraries keep answers: by address, fresh for a year. */
  async function plant(cache: string): Promise<void> {
    const integrity = `sha512-${hash('sha512', evil, 'base64')}`;
    const dist = { integrity, tarball: `${registry.url}server/-/server-1.0.0.tgz` };
    const packument = {
      name: 'server',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': { name: 'server', version: '1.0.0', dist } },
    };
    const text = Buffer.from(JSON.stringify(packument));
    await plantAt(cache, { url: `${registry.url}server`, accept: 'application/json' }, text);
    await plantAt(cache, { url: dist.tarball, accept: '*/*' }, evil);
  }

  type Asked = { readonly url: string; readonly accept: string };

  async function plantAt(cache: string, { url, accept }: Asked, bytes: Buffer): Promise<void> {
    const headers = { 'cache-control': 'public, max-age=31536000', 'content-type': 'application/json' };
    await cacache.put(cache, `make-fetch-happen:request-cache:${url}`, bytes, {
      metadata: {
        time: Date.now(),
        url,
        reqHeaders: { accept },
        resHeaders: headers,
        options: { compress: true },
      },
    });
  }

  it('is believed neither by a lock nor by an installation', async () => {
    const right = await resolveNpm('server', ctx);
    for (const cache of [join(home.folder, '.npm/_cacache'), join(ctx.folders.cache, 'npm')])
      await plant(cache);
    const again = await resolveNpm('server', await run());
    expect(again).toEqual(right);
    expect(await installed(again, 'tree')).toBe('right');
  });

  it('in npx’s folder is not looked at, and nothing is written into npm’s own', async () => {
    const npm = join(home.folder, '.npm');
    await emptyFolder(home, '.npm');
    await chmod(npm, 0o500);
    expect(await installed(await resolveNpm('server', ctx), 'tree')).toBe('right');
    expect(await readdir(npm)).toEqual([]);
  });
});
