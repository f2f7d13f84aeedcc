import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claude, claudeGet, LOCK_IGNORING, NEWEST, requireClaude } from '../support/claude.ts';
import { mcpform } from '../support/mcpform.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { readJson, writeFiles } from '../support/world.ts';

let home: Home;

beforeEach(async () => {
  home = await throwawayHome();
});

afterEach(() => home.remove());

function stack(scope: string): string {
  return `
apiVersion: mcpform/v1
kind: Stack
name: beside
defaults: { targets: [{ client: claude-code, scope: ${scope} }] }
servers:
  one: { command: "false", args: [a], env: { KEY: "\${KEY}" }, timeout: 5s, alwaysLoad: true }
  two: { url: "http://127.0.0.1:9/mcp", headers: { A: b } }
`;
}

async function applyIn(scope: string): Promise<void> {
  await writeFiles(home.project, { 'mcp.yaml': stack(scope) });
  const applied = await mcpform(['apply', '--auto-approve', '--no-settle'], home);
  expect(applied, applied.stderr).toMatchObject({ exitCode: 0 });
}

async function expectNoChange(): Promise<void> {
  const plan = await mcpform(['plan', '--detailed-exitcode'], home);
  expect(plan, plan.stdout + plan.stderr).toMatchObject({ exitCode: 0 });
}

const scopes = ['user', 'local', 'project'] as const;
const versions = [NEWEST, LOCK_IGNORING];

describe.each(versions)('beside Claude Code %s', (version) => {
  const there = requireClaude(version);

  it.runIf(there).each(scopes)('our entries survive what it adds and removes in %s scope', async (scope) => {
    await applyIn(scope);
    await claude(version, ['mcp', 'add', '-s', scope, 'theirs', '-e', 'K=v', '--', 'prog'], home);
    await claude(
      version,
      ['mcp', 'add-json', '-s', scope, 'other', '{"type":"http","url":"http://127.0.0.1:9"}'],
      home,
    );
    await expectNoChange();
    await claude(version, ['mcp', 'remove', '-s', scope, 'other'], home);
    await expectNoChange();
    expect(await mcpform(['destroy', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
    const ran = await claude(version, ['mcp', 'get', 'theirs'], home);
    expect(ran.stdout).toContain('prog');
    expect(await claude(version, ['mcp', 'get', 'one'], home)).toMatchObject({ exitCode: 1 });
  });

  it.runIf(there)('the state it writes while listing changes nothing for us', async () => {
    await applyIn('user');
    await claude(version, ['mcp', 'list'], home);
    const config = await readJson(join(home.folder, '.claude.json'));
    expect(config['firstStartTime']).toBeTypeOf('string');
    await expectNoChange();
  });
});

describe.runIf(requireClaude(NEWEST))('when somebody uses `claude mcp` on our entries', () => {
  it('names what was removed, and writes it again', async () => {
    await applyIn('user');
    await claude(NEWEST, ['mcp', 'remove', '-s', 'user', 'one'], home);
    const { steps } = JSON.parse((await mcpform(['plan', '--json'], home)).stdout);
    expect(steps).toMatchObject([{ address: 'claude-code/user/one', action: 'create', because: 'missing' }]);
    expect(await mcpform(['apply', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
    expect(await claudeGet('one', home, { env: { KEY: 'x' } })).toMatchObject({
      command: 'false',
      timeout: '5000ms',
    });
    await expectNoChange();
  });

  it('names what was changed as drift, and repairs only that', async () => {
    await applyIn('user');
    await claude(NEWEST, ['mcp', 'remove', '-s', 'user', 'two'], home);
    await claude(
      NEWEST,
      ['mcp', 'add', '-s', 'user', '-t', 'http', 'two', 'http://127.0.0.1:8/other', '-H', 'A: b'],
      home,
    );
    const { steps } = JSON.parse((await mcpform(['plan', '--json'], home)).stdout);
    expect(steps).toMatchObject([
      {
        address: 'claude-code/user/two',
        action: 'update',
        because: 'drifted',
        paths: [{ pointer: '/url', cause: 'drift' }],
      },
    ]);
    expect(await mcpform(['apply', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
    expect(await claudeGet('two', home)).toMatchObject({
      url: 'http://127.0.0.1:9/mcp',
      headers: { A: 'b' },
    });
    await expectNoChange();
  });

  it('never overwrites an entry of the same name that is not ours', async () => {
    await claude(NEWEST, ['mcp', 'add', '-s', 'user', 'one', '--', 'something', 'else'], home);
    await claudeGet('one', home); // which writes state of its own
    const before = await readFile(join(home.folder, '.claude.json'), 'utf8');
    await writeFiles(home.project, { 'mcp.yaml': stack('user') });
    const applied = await mcpform(['apply', '--auto-approve', '--no-settle'], home);
    expect(applied).toMatchObject({ exitCode: 5 });
    expect(await claudeGet('one', home)).toMatchObject({ command: 'something', args: 'else' });
    expect(await claudeGet('two', home)).toMatchObject({ type: 'http' });
    const after = await readFile(join(home.folder, '.claude.json'), 'utf8');
    expect(after.replace(/,\s*"two": \{[^}]*\}\s*\}/, '')).toBe(before);
  });
});
