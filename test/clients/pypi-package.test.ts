import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeDigest } from '../../src/lock/tree-file.ts';
import type { Context } from '../../src/model/context.ts';
import type { Program } from '../../src/model/launch.ts';
import type { PackagePin } from '../../src/model/lock.ts';
import type { Resolution, ResolveRequest } from '../../src/model/resolver.ts';
import { pypiInstaller } from '../../src/resolve/pypi/installer.ts';
import { pypiResolver } from '../../src/resolve/pypi/resolver.ts';
import { requireProgram } from '../support/pins.ts';
import { type PythonIndex, pythonIndex } from '../support/python-index.ts';
import { sourceOf, wheelOf } from '../support/python-index-wheel.ts';
import { realContext } from '../support/real-context.ts';
import { run } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const python = '/usr/bin/python3';

/** Real pip, real Python, an index of our own on loopback. */
describe.runIf(requireProgram(python, 'Python 3 with pip'))('a Python package with the real pip', () => {
  let home: Home;
  let index: PythonIndex;
  let ctx: Context;
  /** Whatever runs code of a package would write this. */
  let marker: string;

  beforeEach(async () => {
    home = await throwawayHome();
    index = await pythonIndex();
    ctx = contextWith({});
    marker = join(home.folder, 'marker');
  });

  afterEach(async () => {
    await index.close();
    await home.remove();
  });

  /** Only what we say: not what this machine's pip is configured to. */
  const contextWith = (env: Readonly<Record<string, string>>): Context =>
    realContext(home, { PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: index.url, PIP_RETRIES: '0', ...env });

  const resolve = (
    name: string,
    more: Partial<ResolveRequest<PackagePin>> = {},
  ): Promise<Resolution<PackagePin>> =>
    pypiResolver.resolve(
      {
        ...{ server: 'time', runtime: { kind: 'package', ecosystem: 'pypi', name }, current: null },
        ...{ currentTree: null, isUpdate: false, cooldownMs: 0, root: home.folder, ...more },
      },
      ctx,
    );

  const install = async ({ pin, tree }: Pick<Resolution<PackagePin>, 'pin' | 'tree'>, name = 'installed') => {
    const folder = join(home.folder, name);
    await mkdir(folder);
    return { folder, ...(await pypiInstaller.install({ pin, tree, folder }, ctx)) };
  };

  const filesIn = async (folder: string): Promise<readonly string[]> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  };

  const contentOf = async (folder: string): Promise<readonly string[]> =>
    Promise.all(
      (await filesIn(folder)).map(
        async (path) => `${hash('sha256', await readFile(path))} ${path.slice(folder.length)}`,
      ),
    );

  const start = (folder: string, program: Program | undefined, args: readonly string[] = []) => {
    if (program?.kind !== 'python') throw new Error(JSON.stringify(program));
    const code = `import sys; sys.path.insert(0, sys.argv.pop(1)); from ${program.module} import ${program.object} as f; sys.exit(f())`;
    return run(program.python, ['-I', '-B', '-c', code, join(folder, program.folder), ...args], {
      cwd: home.folder,
      env: home.env,
    });
  };

  const publishServer = (): void => {
    index.publish('dep', wheelOf({ name: 'dep', version: '1.0' }));
    index.publish('dep', wheelOf({ name: 'dep', version: '1.0', tag: 'cp311-abi3-win_amd64' }));
    index.publish('dep', wheelOf({ name: 'dep', version: '2.0' }));
    index.publish(
      'mcp-time',
      wheelOf({
        name: 'mcp-time',
        version: '1.2',
        requires: ['dep>=1,<2', 'pywin32>=311; sys_platform == "win32"', 'rich; extra == "cli"'],
        scripts: { 'mcp-time': 'mcp_time:main', 'mcp-time-admin': 'mcp_time:admin' },
        files: {
          'mcp_time/__init__.py':
            'import dep\ndef main():\n    print(dep.WHO)\n    return 7\ndef admin(): return 0\n',
          'mcp_time-start.pth': `import os; open(${JSON.stringify(marker)}, "w")\n`,
        },
      }),
    );
  };

  it('is locked with its dependencies, installed from the lock, and starts', async () => {
    publishServer();
    const resolution = await resolve('MCP-Time');
    expect(resolution.pin).toMatchObject({ package: 'pypi:MCP-Time@1.2', requested: 'pypi:MCP-Time' });
    expect(resolution.tree).toMatch(
      /^dep==1\.0 \\\n( {4}--hash=sha256:[0-9a-f]{64} \\\n) {4}--hash=.*\nmcp-time==1\.2 \\\n {4}--hash=.*\n# Needed.*\npywin32>=311 ; sys_platform == "win32"\n$/m,
    );
    expect(
      await pypiResolver.check(
        { server: 'time', pin: resolution.pin, tree: resolution.tree, root: '/' },
        ctx,
      ),
    ).toEqual([]);
    const { folder, programs, main } = await install(resolution);
    expect([Object.keys(programs), main]).toEqual([['mcp-time', 'mcp-time-admin'], 'mcp-time']);
    expect(await start(folder, programs['mcp-time'])).toMatchObject({
      exitCode: 7,
      stdout: 'dep 1.0\n',
      stderr: '',
    });
    expect(existsSync(marker)).toBe(false);
  });

  it('gives the same bytes each time it is installed, and keeps nothing of this machine', async () => {
    publishServer();
    const resolution = await resolve('mcp-time');
    const [first, second] = [await install(resolution), await install(resolution, 'a-longer-name')];
    expect(await contentOf(second.folder)).toEqual(await contentOf(first.folder));
    const paths = (await filesIn(first.folder)).map((path) => path.slice(first.folder.length));
    expect(paths.filter((path) => /\/bin\/|INSTALLER|REQUESTED|direct_url/.test(path))).toEqual([]);
    expect(paths.filter((path) => path.endsWith('.pyc'))).toHaveLength(2);
    for (const path of await filesIn(first.folder))
      expect((await readFile(path)).includes(home.folder)).toBe(path.endsWith('.pth'));
  });

  it('is refused before a line of it runs when the index sends another wheel', async () => {
    publishServer();
    const resolution = await resolve('mcp-time');
    const code = `open(${JSON.stringify(marker)}, "w")\n`;
    const evil = wheelOf({
      name: 'mcp-time',
      version: '1.2',
      scripts: { 'mcp-time': 'mcp_time:main' },
      files: { 'mcp_time/__init__.py': code, 'evil.pth': `import os; ${code}` },
    });
    const honest = /mcp-time==1\.2 \\\n {4}--hash=sha256:([0-9a-f]{64})/.exec(resolution.tree ?? '')?.[1];
    for (const promise of [undefined, evil]) {
      index.tamper('mcp_time-1.2-py3-none-any.whl', evil.bytes, promise);
      const name = promise === undefined ? 'promised' : 'open';
      await expect(install(resolution, name)).rejects.toMatchObject({
        code: 'RESOLVE_INTEGRITY',
        message: `"mcp-time==1.2" is sha256:${evil.sha256}, not sha256:${honest}`,
      });
      expect(await filesIn(join(home.folder, name))).toEqual([]);
    }
    expect(existsSync(marker)).toBe(false);
    // And the lock of that version is not rewritten to fit.
    const update = { current: resolution.pin, currentTree: resolution.tree, isUpdate: true };
    await expect(resolve('mcp-time', update)).rejects.toMatchObject({ code: 'RESOLVE_INTEGRITY' });
    expect(
      await pypiResolver.check(
        { server: 'time', pin: resolution.pin, tree: resolution.tree, root: '/' },
        ctx,
      ),
    ).toMatchObject([{ code: 'RESOLVE_INTEGRITY', message: expect.stringContaining(honest as string) }]);
  });

  it('is refused when it, or what it depends on, would have to be built', async () => {
    const source = sourceOf('evil', '1.0', marker);
    index.publish('evil', source);
    index.publish('by-name', wheelOf({ name: 'by-name', version: '1.0', requires: ['evil'] }));
    index.publish(
      'by-address',
      wheelOf({ name: 'by-address', version: '1.0', requires: [`evil @ ${index.files}evil-1.0.tar.gz`] }),
    );
    const file = join(home.folder, 'evil-1.0.tar.gz');
    await writeFile(file, source.bytes);
    index.publish(
      'by-file',
      wheelOf({ name: 'by-file', version: '1.0', requires: [`evil @ file://${file}`] }),
    );
    index.publish(
      'by-git',
      wheelOf({ name: 'by-git', version: '1.0', requires: [`evil @ git+${index.files}x.git`] }),
    );
    ctx = contextWith({ PIP_NO_BINARY: ':all:', PIP_PREFER_BINARY: '0' });
    for (const name of ['evil', 'by-name', 'by-address', 'by-file', 'by-git']) {
      await expect(resolve(name), name).rejects.toMatchObject({ code: 'RESOLVE_NO_WHEEL' });
    }
    expect(existsSync(marker)).toBe(false);
    // The attack is real: pip alone, told to take wheels only, builds what is named by its address.
    const args = [
      '-I',
      '-m',
      'pip',
      'install',
      '--dry-run',
      '--only-binary',
      ':all:',
      '--target',
      join(home.folder, 'x'),
      'by-address',
    ];
    await run(python, args, {
      cwd: home.project,
      env: { ...home.env, PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: index.url },
    });
    expect(existsSync(marker)).toBe(true);
  });

  it('is refused when a wheel is wanted by its address, which no lock can hold', async () => {
    index.publish('dep', wheelOf({ name: 'dep', version: '1.0' }));
    index.publish(
      'x',
      wheelOf({ name: 'x', version: '1.0', requires: [`dep @ ${index.files}dep-1.0-py3-none-any.whl`] }),
    );
    await expect(resolve('x')).rejects.toMatchObject({ code: 'RESOLVE_SOURCE' });
  });

  it('is not installed without what this machine needs and nobody locked', async () => {
    publishServer();
    const { pin, tree } = await resolve('mcp-time');
    const elsewhere = (tree ?? '').replace(
      'sys_platform == "win32"',
      `sys_platform == "${process.platform}"`,
    );
    for (const name of ['unknown to the index', 'known to it']) {
      await expect(
        install({ pin: { ...pin, tree: treeDigest(elsewhere) }, tree: elsewhere }, name),
      ).rejects.toMatchObject({
        code: 'RESOLVE_PARTIAL',
        message: 'this machine also needs "pywin32", which the lock does not have',
      });
      index.publish('pywin32', wheelOf({ name: 'pywin32', version: '312' }));
    }
  });

  it('is not installed from requirements that are not the locked ones, or that say more than pins', async () => {
    publishServer();
    const { pin, tree } = await resolve('mcp-time');
    await expect(install({ pin, tree: `${tree}\n` }, 'edited')).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
    });
    const option = `--index-url ${index.url}\n${tree}`;
    await expect(
      install({ pin: { ...pin, tree: treeDigest(option) }, tree: option }, 'option'),
    ).rejects.toMatchObject({ code: 'RESOLVE_TREE' });
  });

  it('comes from an index in HTML that wants a password, whose pages we read with it', async () => {
    publishServer();
    index.format = 'html';
    index.authorization = `Basic ${Buffer.from('me:pass word').toString('base64')}`;
    ctx = contextWith({ PIP_INDEX_URL: index.url.replace('//', '//me:pass%20word@') });
    const { pin, tree, findings } = await resolve('mcp-time');
    expect(tree).toMatch(/dep==1\.0 \\\n.* \\\n.*\nmcp-time/);
    expect(JSON.stringify([pin, tree, findings])).not.toContain('pass');
    expect((await install({ pin, tree })).main).toBe('mcp-time');
  });

  it('comes from a folder of wheels, where only the wheel that pip chose is known', async () => {
    const folder = join(home.folder, 'wheels');
    await mkdir(folder);
    const wheel = wheelOf({ name: 'x', version: '1.0', scripts: { run: 'x:WHO' } });
    await writeFile(join(folder, wheel.fileName), wheel.bytes);
    ctx = contextWith({ PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder });
    const { pin, tree, findings } = await resolve('x');
    expect(findings).toMatchObject([{ code: 'RESOLVE_PARTIAL' }]);
    expect(await pypiResolver.check({ server: 'time', pin, tree, root: '/' }, ctx)).toEqual([]);
    expect((await install({ pin, tree })).main).toBe('run');
    await writeFile(join(folder, wheel.fileName), wheelOf({ name: 'x', version: '1.0' }).bytes);
    await expect(pypiResolver.check({ server: 'time', pin, tree, root: '/' }, ctx)).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
    });
  });

  it('is not as the lock says when its version or a hash is not in the index', async () => {
    publishServer();
    const { pin, tree } = await resolve('mcp-time');
    const check = (text: string) =>
      pypiResolver.check(
        { server: 'time', pin: { ...pin, tree: treeDigest(text) }, tree: text, root: '/' },
        ctx,
      );
    const planted = (tree ?? '').replace(
      'dep==1.0 \\\n',
      `dep==1.0 \\\n    --hash=sha256:${'e'.repeat(64)} \\\n`,
    );
    expect(await check(planted)).toMatchObject([
      { code: 'RESOLVE_INTEGRITY', message: expect.stringContaining('e'.repeat(64)) },
    ]);
    expect(await check((tree ?? '').replace('mcp-time==1.2', 'mcp-time==1.1'))).toMatchObject([
      { code: 'RESOLVE_TREE' },
    ]);
    index.remove('mcp_time-1.2-py3-none-any.whl');
    expect(await check(tree as string)).toMatchObject([{ code: 'RESOLVE_NOT_FOUND' }]);
  });

  it('waits out the cooldown, as far as the index has dates', async () => {
    const at = (days: number): { uploadedAt: string } => ({
      uploadedAt: new Date(Date.now() - days * 86_400_000).toISOString(),
    });
    index.publish('x', wheelOf({ name: 'x', version: '1.0' }), at(30));
    index.publish('x', wheelOf({ name: 'x', version: '1.1' }), at(1));
    expect((await resolve('x', { cooldownMs: 7 * 86_400_000 })).pin.package).toBe('pypi:x@1.0');
    expect((await resolve('x')).pin.package).toBe('pypi:x@1.1');
  });
});
