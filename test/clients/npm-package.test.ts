import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Context } from '../../src/model/context.ts';
import type { PackagePin } from '../../src/model/lock.ts';
import type { Resolution } from '../../src/model/resolver.ts';
import { npmInstaller } from '../../src/resolve/npm/installer.ts';
import { npmResolver } from '../../src/resolve/npm/resolver.ts';
import { emptyFolder, npmContext, resolveNpm } from '../resolve/npm/world.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const execute = promisify(execFile);

/** The server of the design, from whichever registry npm is configured for on this machine. */
const name = '@modelcontextprotocol/server-filesystem';
const version = '2026.8.31';
/** Read, never written: everything else of the run lies in a throw-away home. */
const settings = { NPM_CONFIG_USERCONFIG: join(homedir(), '.npmrc'), NPM_CONFIG_GLOBALCONFIG: '' };

let home: Home;
let ctx: Context;
let locked: Resolution<PackagePin>;

beforeAll(async () => {
  home = await throwawayHome();
  ctx = await npmContext(home, [], settings);
  locked = await resolveNpm(`${name}@${version}`, ctx);
}, 120_000);

afterAll(() => home.remove());

async function filesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1')));
  return new Map(
    paths
      .map((path, index) => [path.slice(folder.length + 1), texts[index] ?? ''] as const)
      .filter(([path]) => !path.endsWith('.package-lock.json')),
  );
}

it('locks a real server with everything it depends on, and the registry agrees', async () => {
  expect(locked.pin).toMatchObject({ package: `npm:${name}@${version}` });
  expect(locked.tree).not.toMatch(/https?:/);
  const again = await resolveNpm(`${name}@${version}`, await npmContext(home, [], settings));
  expect(again).toEqual(locked);
  expect(
    await npmResolver.check({ server: 'files', root: '/', pin: locked.pin, tree: locked.tree }, ctx),
  ).toEqual([]);
});

it('installs what npm itself installs from the same lock, and again without a network', async () => {
  const [ours, again, theirs] = [
    await emptyFolder(home, 'ours'),
    await emptyFolder(home, 'again'),
    await emptyFolder(home, 'theirs'),
  ];
  const installed = await npmInstaller.install({ pin: locked.pin, tree: locked.tree, folder: ours }, ctx);
  const program = { kind: 'node', file: `node_modules/${name}/dist/index.js` };
  expect(installed).toEqual({
    programs: { 'mcp-server-filesystem': program },
    main: 'mcp-server-filesystem',
  });

  const offline = await npmContext(home, [], { NPM_CONFIG_REGISTRY: 'http://127.0.0.1:1/' });
  await npmInstaller.install({ pin: locked.pin, tree: locked.tree, folder: again }, offline);
  expect(await filesBelow(again)).toEqual(await filesBelow(ours));

  await writeFile(join(theirs, 'package.json'), JSON.stringify({ dependencies: { [name]: version } }));
  await writeFile(join(theirs, 'package-lock.json'), locked.tree ?? '');
  const flags = [
    '--ignore-scripts',
    '--no-bin-links',
    '--no-audit',
    '--no-fund',
    '--cache',
    join(home.folder, 'npm'),
  ];
  await execute('npm', ['ci', ...flags], { cwd: theirs, env: { ...home.env, ...settings } });
  expect(await filesBelow(join(theirs, 'node_modules'))).toEqual(
    await filesBelow(join(ours, 'node_modules')),
  );
});
