import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { mcpform } from './support/mcpform.ts';
import { throwawayHome } from './support/throwaway-home.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(
    (match) => match[1] as string,
  );
const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  scripts: Record<string, string>;
};

it('shows the manifest of examples/quickstart', async () => {
  expect(blocks('yaml')).toEqual([await readFile(join(root, 'examples/quickstart/mcp.yaml'), 'utf8')]);
});

it('shows the plan that the manifest gives', async () => {
  const home = await throwawayHome();
  await cp(join(root, 'examples/quickstart'), home.project, { recursive: true });
  const { stdout } = await mcpform(['plan'], home);
  const shown = stdout
    .replaceAll(home.folder, '~')
    .replaceAll(process.execPath, '/usr/bin/node')
    .replaceAll(join(root, 'dist'), '/usr/lib/node_modules/mcpform/dist');
  expect(blocks('text')).toEqual([`$ mcpform plan\n${shown}`]);
  await home.remove();
});

it('runs the quickstart, which leaves the second plan empty and touches nothing outside .cache', async () => {
  expect(commands[0]).toBe('npm ci && npm run quickstart');
  expect(packageJson.scripts['quickstart']).toBe('node scripts/build.mjs && node scripts/quickstart.mjs');
  // What it does with an engine is seen in test/engines/examples.test.ts: it is not to find one of this machine.
  const env = { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' };
  const script = [join(root, 'scripts/quickstart.mjs')];
  const { stdout } = await promisify(execFile)(process.execPath, script, { env });
  const [, plan, apply, again] = stdout.split('$ mcpform ');
  expect(plan).toContain('Plan: 2 to create.');
  expect(apply).toContain('2 applied.');
  expect(again).toContain('No changes. 2 resources match.');
  expect(again).toContain('examples/containers is left out');
}, 60_000);

it('names the test command that CI calls', async () => {
  expect(commands[1]).toBe('npm ci && npm test');
  const ci = await readFile(join(root, '.ci/run'), 'utf8');
  expect(ci).toMatch(/^npm ci$/m);
  expect(ci).toMatch(/^npm test /m);
});

it('installs the tarball that npm pack makes', () => {
  expect(commands[2]).toBe(`npm ci && npm pack && npm install --global ./mcpform-${packageJson.version}.tgz`);
});

it('shows commands that work one after the other on a home that has servers', async () => {
  const home = await throwawayHome();
  const config =
    '{ "mcpServers": { "memory": { "type": "stdio", "command": "npx", "args": ["-y", "m@1.0.0"] } } }';
  await writeFile(join(home.folder, '.claude.json'), config);
  const rest = commands.slice(3).filter((command) => command.startsWith('mcpform '));
  expect(rest).toEqual([
    'mcpform init --import',
    'mcpform plan',
    'mcpform apply',
    'mcpform status',
    'mcpform plan --out plan.json',
    'mcpform apply plan.json',
    'mcpform lock',
    'mcpform lock --check',
    'mcpform outdated',
  ]);
  for (const command of rest) {
    const { exitCode, stderr } = await mcpform(command.split(' ').slice(1), home);
    expect({ command, exitCode, stderr }).toMatchObject({ command, exitCode: 0 });
  }
  expect(await readFile(join(home.folder, '.claude.json'), 'utf8')).toBe(config);
  await home.remove();
});

it('repeats its measurements with a script that works', async () => {
  expect(commands.filter((command) => command.startsWith('npm run '))).toEqual(['npm run bench']);
  expect(packageJson.scripts['bench']).toBe('node scripts/bench.mjs');
  const short = [join(root, 'scripts/bench.mjs'), '--rows', 'version', '--runs', '1'];
  const { stdout } = await promisify(execFile)(process.execPath, short);
  const [heading] = readme.match(/^\| `mcpform --version`.*?\|/m) ?? [];
  expect(stdout).toContain(heading);
}, 60_000);

it('links only to files that are there', async () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] as string);
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) await expect(stat(join(root, link))).resolves.toBeDefined();
});
