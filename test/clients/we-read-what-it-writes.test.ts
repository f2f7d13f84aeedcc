import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/model/address.ts';
import { claude, NEWEST, requireClaude } from '../support/claude.ts';
import { mcpform } from '../support/mcpform.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { writeFiles } from '../support/world.ts';

let home: Home;

beforeEach(async () => {
  home = await throwawayHome();
});

afterEach(() => home.remove());

const scopes = ['user', 'local', 'project'] as const;

/** Every way to add a server with the client's own commands, and how a person would declare the same. */
const additions: Readonly<Record<string, { readonly args: readonly string[]; readonly yaml: string }>> = {
  plain: {
    args: ['add', 'plain', '-e', 'A=1', '-e', 'B=${B:-two}', '--', 'prog', '--flag', 'two words'],
    yaml: '{ command: prog, args: [--flag, "two words"], env: { A: "1", B: "${B:-two}" } }',
  },
  bare: { args: ['add', 'bare', '--', 'prog'], yaml: '{ command: prog }' },
  web: {
    args: [
      'add',
      '-t',
      'http',
      'web',
      'http://127.0.0.1:9/mcp',
      '-H',
      'X-One: 1',
      '-H',
      'Authorization: Bearer ${T}',
    ],
    yaml: '{ url: "http://127.0.0.1:9/mcp", headers: { X-One: "1", Authorization: "Bearer ${T}" } }',
  },
  events: {
    args: ['add', '-t', 'sse', 'events', 'http://127.0.0.1:9/sse'],
    yaml: '{ url: "http://127.0.0.1:9/sse", transport: sse }',
  },
  untyped: { args: ['add-json', 'untyped', '{"command":"prog"}'], yaml: '{ command: prog }' },
  full: {
    args: [
      'add-json',
      'full',
      '{"type":"stdio","command":"prog","args":["x"],"timeout":5000,"alwaysLoad":true}',
    ],
    yaml: '{ command: prog, args: [x], timeout: 5s, alwaysLoad: true }',
  },
  streamable: {
    args: [
      'add-json',
      'streamable',
      '{"type":"streamable-http","url":"http://127.0.0.1:9/m","request_timeout_ms":6000,"oauth":{"clientId":"c","callbackPort":4321,"scopes":"a b"},"headersHelper":"echo {}"}',
    ],
    yaml: '{ url: "http://127.0.0.1:9/m", timeout: 6s, oauth: { clientId: c, callbackPort: 4321, scopes: a b }, headersHelper: "echo {}" }',
  },
  socket: {
    args: ['add-json', 'socket', '{"type":"ws","url":"ws://127.0.0.1:9/ws","headers":{"A":"b"}}'],
    yaml: '{ url: "ws://127.0.0.1:9/ws", transport: ws, headers: { A: b } }',
  },
};

async function addAll(scope: Scope): Promise<void> {
  for (const { args } of Object.values(additions)) {
    const [verb = '', ...rest] = args;
    const ran = await claude(NEWEST, ['mcp', verb, '-s', scope, ...rest], home);
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
  }
}

function configFile(scope: Scope): string {
  return scope === 'project' ? join(home.project, '.mcp.json') : join(home.folder, '.claude.json');
}

async function identity(file: string): Promise<string> {
  const { ino, mtimeMs } = await lstat(file);
  return `${ino} ${mtimeMs} ${await readFile(file, 'utf8')}`;
}

function stack(scope: Scope, lines: readonly string[]): string {
  return [
    'apiVersion: mcpform/v1',
    'kind: Stack',
    'name: theirs',
    `defaults: { targets: [{ client: claude-code, scope: ${scope} }] }`,
    'servers:',
    ...lines,
    '',
  ].join('\n');
}

describe.runIf(requireClaude(NEWEST))('what `claude mcp add` and `add-json` write', () => {
  it.each(scopes)(
    'is adopted in %s scope when it is declared alike, without a byte changed',
    async (scope) => {
      await addAll(scope);
      const lines = Object.entries(additions).map(([name, { yaml }]) => `  ${name}: ${yaml}`);
      await writeFiles(home.project, { 'mcp.yaml': stack(scope, lines) });
      const before = await identity(configFile(scope));

      const plan = await mcpform(['plan', '--json'], home);
      expect(plan, plan.stderr).toMatchObject({ exitCode: 0 });
      const { summary, steps } = JSON.parse(plan.stdout);
      expect(steps.map((step: { action: string }) => step.action)).toEqual(
        Object.keys(additions).map(() => 'adopt'),
      );
      expect(summary).toMatchObject({ adopt: 8, create: 0, update: 0, conflict: 0 });

      expect(await mcpform(['apply', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
      expect(await mcpform(['plan', '--detailed-exitcode'], home)).toMatchObject({ exitCode: 0 });
      expect(await identity(configFile(scope))).toBe(before);
    },
  );

  it.each(scopes)('is imported from %s scope, and the plan after it is empty', async (scope) => {
    await addAll(scope);
    const before = await identity(configFile(scope));
    const first = '# a comment that stays\n  mine: { command: mine }';
    await writeFiles(home.project, { 'mcp.yaml': stack(scope, [first]) });
    const addresses = Object.keys(additions).map((name) => `claude-code/${scope}/${name}`);
    const imported = await mcpform(['import', ...addresses], home);
    expect(imported, imported.stderr).toMatchObject({ exitCode: 0 });

    const manifest = await readFile(join(home.project, 'mcp.yaml'), 'utf8');
    expect(manifest).toContain('# a comment that stays');
    expect(await identity(configFile(scope))).toBe(before);
    const plan = JSON.parse((await mcpform(['plan', '--json'], home)).stdout);
    expect(plan.summary).toMatchObject({ create: 1, update: 0, conflict: 0, delete: 0 });
    expect(await mcpform(['apply', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
    expect(await mcpform(['plan', '--detailed-exitcode'], home)).toMatchObject({ exitCode: 0 });
  });

  it.each(scopes)('makes a first manifest with `init --import` from %s scope', async (scope) => {
    await addAll(scope);
    const before = await identity(configFile(scope));
    const ran = await mcpform(['init', '--import'], home);
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    const plan = await mcpform(['plan', '--detailed-exitcode'], home);
    expect(plan, plan.stdout).toMatchObject({ exitCode: 0 });
    expect(await identity(configFile(scope))).toBe(before);
  });

  it('keeps a credential where it is, out of the manifest and out of every output', async () => {
    const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const add = ['mcp', 'add', '-s', 'user', '-t', 'http', 'hub', 'http://127.0.0.1:9/mcp'];
    await claude(NEWEST, [...add, '-H', `Authorization: Bearer ${token}`, '-H', 'X-Plain: 1'], home);
    const before = await identity(configFile('user'));

    const outputs = [
      await mcpform(['init', '--import'], home),
      await mcpform(['plan', '--detailed-exitcode'], home),
      await mcpform(['apply', '--auto-approve', '--no-settle'], home),
      await mcpform(['plan', '--json', '--detailed-exitcode'], home),
      await mcpform(['status'], home),
    ];
    expect(outputs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
    for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toContain(token);
    const manifest = await readFile(join(home.project, 'mcp.yaml'), 'utf8');
    expect(manifest).not.toContain(token);
    expect(manifest).toContain('/headers/Authorization');
    expect(outputs[1]?.stderr).toContain('/headers/Authorization');
    expect(await identity(configFile('user'))).toBe(before);
  });
});
