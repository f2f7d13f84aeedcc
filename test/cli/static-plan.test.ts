import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { type Bed, revisionBed } from '../loop/revision/bed.ts';
import { mcpform } from '../support/mcpform.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { violations } from './schemas.ts';

const stack = (servers: string) => `apiVersion: mcpform/v1\nkind: Stack\nname: team\nservers:\n${servers}`;
const BASE = stack(
  '  fs: { command: npx, args: [one], targets: [{ client: claude-code, scope: project }] }\n  gone: { command: x }\n',
);
const HEAD = stack(
  '  fs: { command: npx, args: [two], targets: [{ client: claude-code, scope: project }] }\n  new: { command: y }\n',
);

let bed: Bed;
let first: string;
let second: string;
beforeAll(async () => {
  bed = await revisionBed();
  await bed.write({ 'mcp.yaml': BASE });
  first = await bed.commit();
  await bed.write({ 'mcp.yaml': HEAD });
  second = await bed.commit();
});
afterAll(async () => bed.remove());

/** In the repository, or in another folder. */
const plan = (args: readonly string[], cwd = bed.root, env: Home['env'] = bed.home.env) =>
  mcpform(['plan', ...args], { ...bed.home, env, project: cwd });

describe('plan --from', () => {
  it('shows what changes between the revisions, in text, Markdown and a graph', async () => {
    const { exitCode, stdout } = await plan(['--from', first, '--to', second]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      `Between ${first.slice(0, 12)} and ${second.slice(0, 12)}, this changes on every machine that had converged to stack team:`,
    );
    expect(stdout).toContain('~ args = ["one"] -> ["two"]');
    expect(stdout).toContain('~ claude-code/project/fs in .mcp.json');
    expect(stdout).toContain('Plan: 1 to create, 1 to update, 1 to delete.');
    expect((await plan(['--from', first, '--markdown'])).stdout).toContain(
      `Between \`${first.slice(0, 12)}\` and the work tree`,
    );
    expect((await plan(['--from', first, '--graph', 'mermaid'])).stdout).toContain('claude-code/user/new');
    expect((await plan(['--from', first, '--compact'])).stdout).toContain('+ claude-code/user/new');
  });

  it('exits with 2 where somebody asks whether there is anything to do', async () => {
    expect((await plan(['--from', first, '--detailed-exitcode'])).exitCode).toBe(2);
    const none = await plan(['--from', second, '--detailed-exitcode']);
    expect([none.exitCode, none.stdout.trim()]).toEqual([0, 'No changes. 2 resources match.']);
  });

  it('is as the schema has it, and the same to the byte on another machine with another checkout', async () => {
    const here = await plan(['--from', first, '--to', second, '--json']);
    expect(violations('plan', JSON.parse(here.stdout))).toEqual([]);
    const other = join(bed.home.folder, 'elsewhere');
    const home = join(bed.home.folder, 'other-home');
    await mkdir(join(home, '.claude'), { recursive: true });
    await writeFile(join(home, '.claude.json'), '{ not even JSON');
    await bed.git('clone', '-q', bed.root, other);
    const env = {
      ...bed.home.env,
      HOME: home,
      CI: 'true',
      CLAUDE_CONFIG_DIR: join(home, '.claude'),
      DOCKER_HOST: 'tcp://127.0.0.1:1',
    };
    const there = await plan(['--from', first, '--to', second, '--json'], other, env);
    expect(there.stdout).toBe(here.stdout);
  });

  it('reads and leaves nothing in the home, not even a key or a cache', async () => {
    const home = join(bed.home.folder, 'no-home');
    const env = Object.fromEntries(Object.entries(bed.home.env).filter(([name]) => !name.startsWith('XDG_')));
    expect((await plan(['--from', first, '--json'], bed.root, { ...env, HOME: home })).exitCode).toBe(0);
    await expect(readFile(join(home, '.cache/mcpform'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is kept for reading alone: show shows it, apply refuses it', async () => {
    const file = join(bed.home.folder, 'static.json');
    expect((await plan(['--from', first, '--to', second, '--out', file])).exitCode).toBe(0);
    const shown = await mcpform(['show', file], { ...bed.home, project: bed.root });
    expect([shown.exitCode, shown.stdout]).toEqual([0, expect.stringContaining('Between ')]);
    const applied = await mcpform(['apply', file], { ...bed.home, project: bed.root });
    expect([applied.exitCode, applied.stderr]).toEqual([64, expect.stringContaining('PLAN_STATIC')]);
    await rm(file);
  });

  it.each([['--destroy'], ['--sweep'], ['--take-ownership', 'claude-code/user/x']])(
    'refuses what asks about a machine: %s',
    async (...option) => {
      const { exitCode, stderr } = await plan(['--from', first, ...option]);
      expect([exitCode, stderr]).toEqual([64, expect.stringContaining(option[0])]);
    },
  );

  it('says what it cannot compare: no revision, and --to alone', async () => {
    expect((await plan(['--from', 'nowhere'])).stderr).toContain('REVISION_NOT_FOUND');
    expect(await plan(['--to', first])).toMatchObject({ exitCode: 64 });
    const option = await plan(['--from=--upload-pack=x']);
    expect([option.exitCode, option.stderr]).toEqual([64, expect.stringContaining('REVISION_INVALID')]);
  });

  it('ends with the places of what is wrong with the head', async () => {
    await bed.write({ 'mcp.yaml': stack('  fs: { comand: npx }\n') });
    const { exitCode, stdout } = await plan(['--from', first, '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'MANIFEST_INVALID', findings: [{ at: { file: 'mcp.yaml', line: 5 } }] },
    });
    await bed.write({ 'mcp.yaml': HEAD });
  });
});

describe('a machine that really converged to the first revision', () => {
  it('shows the same steps for the second one as the plan between them', async () => {
    const home = await throwawayHome();
    const here = join(home.folder, 'checkout');
    await bed.git('clone', '-q', bed.root, here);
    await bed.git('-C', here, 'checkout', '-q', first);
    const at = { ...home, project: here };
    const applied = await mcpform(['apply', '--auto-approve', '--no-settle'], at);
    expect(applied.exitCode, applied.stderr).toBe(0);
    await writeFile(join(here, 'mcp.yaml'), HEAD);
    const meaning = (text: string) => {
      const { steps, unchanged } = JSON.parse(text) as Plan;
      return {
        steps: steps.map(({ address, action, because, paths }) => [
          address,
          action,
          because,
          paths.map(({ pointer }) => pointer),
        ]),
        unchanged,
      };
    };
    const real = await mcpform(['plan', '--json'], at);
    const stated = await mcpform(['plan', '--from', first, '--json'], at);
    expect(meaning(stated.stdout)).toEqual(meaning(real.stdout));
    expect(meaning(stated.stdout).steps).toHaveLength(3);
    await home.remove();
  });
});
