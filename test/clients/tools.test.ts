import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mcpform } from '../support/mcpform.ts';
import type { Ran } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { writeFiles } from '../support/world.ts';

/** From whichever registry npm is configured for on this machine; read, never written. */
const env = { NPM_CONFIG_USERCONFIG: join(homedir(), '.npmrc') };
let home: Home;

beforeAll(async () => {
  home = await throwawayHome();
});
afterAll(() => home.remove());

async function run(exitCode: number, ...args: readonly string[]): Promise<Ran> {
  const ran = await mcpform(args, home, { env });
  expect(ran, `mcpform ${args.join(' ')}\n${ran.stdout}${ran.stderr}`).toMatchObject({ exitCode });
  return ran;
}

async function use(version: string): Promise<void> {
  const servers = `files:\n    package: npm:@modelcontextprotocol/server-filesystem@${version}\n    args: [${home.project}]`;
  const text = `apiVersion: mcpform/v1\nkind: Stack\nname: tools\nservers:\n  ${servers}\n`;
  await writeFiles(home.project, { 'mcp.yaml': text });
  await run(0, 'lock');
  await run(0, 'apply', '--auto-approve', '--no-settle');
}

it('tells what a real package says of its tools, and what another version says else', async () => {
  await use('2025.12.18');
  const { stdout } = await run(0, 'tools', 'lock');
  expect(stdout).toMatch(/^new {6}files {2}\d+ tools$/m);
  expect((await run(0, 'tools', 'check')).stdout).toMatch(/^same {5}files {2}\d+ tools$/m);

  await use('2026.8.31');
  const changed = await run(1, 'tools', 'check');
  expect(changed.stdout).toMatch(/^changed {2}files {2}\d+ tools$/m);
  expect(changed.stdout).toMatch(/^ {9}~ tool write_file$/m);
  await run(0, 'tools', 'lock', 'files');
  await run(0, 'tools', 'check');
  await run(0, 'lock', '--check');
}, 300_000);
