import { cp, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_RELEASES, nodePath, requireNode } from '../support/node-releases.ts';
import { run } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const root = resolve(import.meta.dirname, '../..');

/** The packed tarball, installed as a person would: `npm i -g`, with nothing of the repository at hand. */
let shop: Home;
let bin: string;

beforeAll(async () => {
  shop = await throwawayHome();
  const env = { ...shop.env, npm_config_update_notifier: 'false' };
  const pack = ['pack', root, '--ignore-scripts', '--pack-destination', shop.project];
  const packed = await run('npm', pack, { cwd: shop.project, env });
  expect(packed).toMatchObject({ exitCode: 0 });
  const [tarball] = await readdir(shop.project);
  const prefix = join(shop.folder, 'global');
  await mkdir(prefix);
  const install = [
    'install',
    '--global',
    '--offline',
    '--prefix',
    prefix,
    join(shop.project, tarball as string),
  ];
  const installed = await run('npm', install, { cwd: shop.project, env });
  expect(installed).toMatchObject({ exitCode: 0 });
  bin = join(prefix, 'bin');
});

afterAll(() => shop.remove());

it('installs one program and nothing beside it', async () => {
  expect(await readdir(bin)).toEqual(['mcpform']);
  const modules = await readdir(join(dirname(bin), 'lib/node_modules'));
  expect(modules).toEqual(['mcpform']);
  await expect(stat(join(dirname(bin), 'lib/node_modules/mcpform/node_modules'))).rejects.toThrow('ENOENT');
});

it('ships no tests, sources or maps of this machine', async () => {
  const files = await readdir(join(dirname(bin), 'lib/node_modules/mcpform'), { recursive: true });
  expect(files.filter((file) => /(^|\/)(src|test|scripts|\.cache)\/|\.ts$/.test(file))).toEqual([]);
});

const releases = [
  { version: process.versions.node, program: process.execPath, isThere: true },
  ...NODE_RELEASES.map((version) => ({ version, program: nodePath(version), isThere: requireNode(version) })),
];

describe.each(releases)('on Node $version', ({ version, program, isThere }) => {
  it.runIf(isThere)(
    'says its version, validates, plans and applies the quickstart, then plans nothing',
    async () => {
      const home = await throwawayHome();
      try {
        await cp(join(root, 'examples/quickstart'), home.project, { recursive: true });
        // Debian's Node trusts what the system trusts; one from elsewhere has to be told.
        const env = {
          ...home.env,
          PATH: [dirname(program), bin, '/usr/bin', '/bin'].join(delimiter),
          NODE_EXTRA_CA_CERTS: process.env['NODE_EXTRA_CA_CERTS'] ?? '/etc/ssl/certs/ca-certificates.crt',
        };
        const mcpform = (...args: string[]) => run('mcpform', args, { cwd: home.project, env });
        const node = await run('node', ['--version'], { cwd: home.project, env });
        expect(node.stdout.trim()).toBe(`v${version}`);

        const { version: own } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
        expect((await mcpform('--version')).stdout.trim()).toContain(own);
        expect(await mcpform('validate')).toMatchObject({ exitCode: 0 });
        expect(await mcpform('plan', '--detailed-exitcode')).toMatchObject({ exitCode: 2 });
        const applied = await mcpform('apply', '--auto-approve');
        expect(applied, applied.stderr).toMatchObject({ exitCode: 0 });
        expect(await mcpform('plan', '--detailed-exitcode')).toMatchObject({ exitCode: 0 });
        expect(applied.stderr).not.toMatch(/Warning|Deprecat/);
      } finally {
        await home.remove();
      }
    },
  );
});
