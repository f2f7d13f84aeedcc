import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GitHubDouble } from '../support/github-double.ts';
import { run } from '../support/run.ts';
import { pullRequest, schedule } from './support/events.ts';
import { type Acted, type Runner, startRunner } from './support/runner.ts';
import { toolsOnGitHub } from './support/tools-world.ts';

const MANIFEST = 'apiVersion: mcpform/v1\nkind: Stack\nname: tools\nservers:\n  notes: { command: notes }\n';

/** Commands that look at the runner itself: one that stays, as a company has for its shared servers. */
describe('a machine with its own runner', { timeout: 90_000 }, () => {
  let runner: Runner;
  let gitHub: GitHubDouble;
  let commit: string;

  beforeAll(async () => {
    runner = await startRunner();
    commit = await runner.repository.commit({ 'mcp.yaml': MANIFEST });
    await runner.checkout(commit);
    gitHub = await toolsOnGitHub();
  }, 60_000);
  afterAll(async () => {
    await runner?.remove();
    await gitHub?.close();
  });

  const act = (inputs: Readonly<Record<string, string>>): Promise<Acted> =>
    runner.act({
      event: schedule,
      with: inputs,
      env: { GITHUB_REF: 'refs/heads/main', GITHUB_SHA: commit },
      gitHub,
      token: 'writes',
    });
  const issues = () => gitHub.world.repositories['octo-org/tools']?.issues ?? [];
  const apply = () => act({ command: 'apply', approval: 'none', args: '--no-settle' });

  it('has one issue as long as there is drift, and none before', async () => {
    expect((await apply()).exitCode).toBe(0);
    const calm = await act({ command: 'drift', issue: 'true' });
    expect(calm.exitCode, calm.log).toBe(0);
    expect(calm.outputs['drift']).toBe('false');
    expect(issues()).toEqual([]);

    const config = join(runner.home.folder, '.claude.json');
    const value = JSON.parse(await readFile(config, 'utf8'));
    value.mcpServers.notes.args = ['--by-hand'];
    await writeFile(config, JSON.stringify(value));
    const drifted = await act({ command: 'drift', issue: 'true' });
    expect(drifted.exitCode, drifted.log).toBe(0);
    expect(drifted.outputs['drift']).toBe('true');
    await act({ command: 'drift', issue: 'true' });
    expect(issues()).toMatchObject([{ state: 'open', title: 'Drift: tools (mcp.yaml)' }]);
    expect(issues()[0]?.body).toContain('claude-code/user/notes');

    const failing = await act({ command: 'drift', 'fail-on': 'drift' });
    expect(failing.exitCode).toBe(1);
    expect(failing.outputs['failure-reason']).toBe('drift');

    expect((await apply()).exitCode).toBe(0);
    await act({ command: 'drift', issue: 'true' });
    expect(issues()).toMatchObject([{ state: 'closed' }]);
  });

  it('plans against itself, and what it saved can be approved', async () => {
    await writeFile(join(runner.workspace, 'mcp.yaml'), `${MANIFEST}  search: { command: search }\n`);
    const planned = await act({ command: 'plan' });
    expect(planned.exitCode, planned.log).toBe(0);
    expect(planned.outputs).toMatchObject({ changes: 'true', create: '1' });
    const cli = planned.outputs['cli-path'] ?? '';
    const args = [cli, 'apply', planned.outputs['plan-path'] ?? '', '--no-settle'];
    const applied = await run(process.execPath, args, { cwd: runner.workspace, env: runner.home.env });
    expect(applied.exitCode, applied.stderr).toBe(0);
    expect((await act({ command: 'plan' })).outputs['changes']).toBe('false');
  });

  it('is told that another works on it', async () => {
    const lock = join(runner.home.folder, '.local/state/mcpform/tools/lock');
    const owner = { nonce: '00', machineId: 'another', pid: 1, command: 'apply' };
    await writeFile(lock, JSON.stringify(owner));
    const locked = await apply();
    expect(locked.outputs, locked.log).toMatchObject({ 'failure-reason': 'state-locked', 'exit-code': '4' });
  });
});

describe('what is wrong with a manifest or its lock', { timeout: 90_000 }, () => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await startRunner();
  });
  afterAll(async () => await runner?.remove());

  it('is an annotation, an output and a report', async () => {
    const commit = await runner.repository.commit({ 'services/mcp.yaml': `${MANIFEST}  b: { comand: x }\n` });
    await runner.checkout(commit);
    const event = pullRequest({ base: commit, head: commit });
    const inputs = { 'working-directory': 'services' };
    const invalid = await runner.act({ event, with: { command: 'validate', ...inputs } });
    expect(invalid.exitCode).toBe(1);
    expect(invalid.commands).toContainEqual(
      expect.stringMatching(/^::error .*file=services\/mcp\.yaml,line=6/),
    );
    const sarif = JSON.parse(await readFile(invalid.outputs['sarif-path'] ?? '', 'utf8'));
    expect(sarif.runs[0].results).toHaveLength(1);

    const fine = await runner.repository.commit({
      'services/mcp.yaml': `${MANIFEST}  c: { package: npm:x@1.0.0 }\n`,
    });
    await runner.checkout(fine);
    expect((await runner.act({ event, with: { command: 'validate', ...inputs } })).exitCode).toBe(0);
    const args = '--offline';
    const unlocked = await runner.act({ event, with: { command: 'lock-check', args, ...inputs } });
    expect(unlocked.exitCode).toBe(1);
    expect(unlocked.outputs['failure-reason']).toBe('invalid');
    expect(unlocked.commands.join('\n')).toContain('LOCK_UNSATISFIED');
  });
});
