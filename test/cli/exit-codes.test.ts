import { expect, it } from 'vitest';
import { EXIT } from '../../src/model/exit-code.ts';
import { start } from './child.ts';
import { BOOKS, onStage, TOOLS } from './stage.ts';

it('returns every documented code where it says so', () =>
  onStage(async ({ home, run, apply, write }) => {
    const seen = new Set<number | null>();
    const see = async (exitCode: number, ...args: string[]): Promise<void> => {
      const ran = await run(args);
      expect(ran.exitCode, `${args.join(' ')}\n${ran.stderr}`).toBe(exitCode);
      seen.add(ran.exitCode);
    };
    await see(EXIT.ok, 'plan');
    await see(EXIT.changes, 'plan', '--detailed-exitcode');
    await see(EXIT.stale, 'apply');
    await see(EXIT.usage, 'plan', '--no-such-option');
    await see(EXIT.error, 'plan', '-f', 'missing.yaml');
    await apply();
    await see(EXIT.ok, 'plan', '--detailed-exitcode');
    await write({
      '.claude.json': { mcpServers: { memory: { command: 'theirs' }, github: { command: 'x' } } },
    });
    await write({ 'project/mcp.yaml': TOOLS.replace('servers:', 'servers:\n  more: { command: more }') });
    await see(EXIT.ok, 'apply', '--auto-approve', '--no-settle');
    await write({ '.claude.json': { mcpServers: { less: { command: 'theirs' } } } });
    await write({ 'project/mcp.yaml': TOOLS.replace('memory:', 'less:') });
    await see(EXIT.partial, 'apply', '--auto-approve', '--no-settle');
    await write({
      '.config/mcpform/policy.yaml':
        'apiVersion: mcpform/v1\nkind: Policy\nrules: { urlHosts: { allow: [] } }\n',
    });
    await see(EXIT.denied, 'plan');
    await see(EXIT.denied, 'apply', '--auto-approve', '--no-settle');
    await write({ [`${BOOKS}/lock`]: { nonce: '00', machineId: 'another', pid: 1, command: 'apply' } });
    await see(EXIT.locked, 'apply', '--auto-approve');
    const child = start(['apply', '--json', '--lock-timeout', '5m'], home);
    await child.says('"kind":"run.started"');
    child.kill('SIGTERM');
    seen.add((await child.ended).exitCode);
    expect([...seen].sort()).toEqual(Object.values(EXIT).sort());
  }));
