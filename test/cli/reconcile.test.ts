import { createHmac } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startLoop } from '../support/running-loop.ts';
import { violations } from './schemas.ts';
import { onStage, type Stage } from './stage.ts';

const stackOf = (servers: string): string => `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
${servers}
`;
const TWO = stackOf('  a: { command: node, args: [x.js] }\n  b: { command: node, args: [y.js] }');
const ONE = stackOf('  a: { command: node, args: [x.js] }');

const once = (stage: Stage, exitCode: number, ...more: string[]) =>
  stage.expectExit(exitCode, ['reconcile', '--once', ...more]);
const servers = async (stage: Stage): Promise<Record<string, { args: string[] }>> =>
  JSON.parse(await stage.read('.claude.json')).mcpServers;
const drift = async (stage: Stage): Promise<void> => {
  await stage.write({ '.claude.json': (await stage.read('.claude.json')).replace('x.js', 'z.js') });
};

describe.concurrent('one pass of the loop', () => {
  it('puts the manifest in force, repairs what drifted, and then has nothing to do', () =>
    onStage(async (stage) => {
      expect((await once(stage, 0)).stdout).toContain('applied: 2 steps');
      expect((await once(stage, 0)).stdout).toContain('in sync');
      await drift(stage);
      expect((await once(stage, 0)).stdout).toContain('applied: 1 step, 1 put back');
      expect((await servers(stage))['a']?.args).toEqual(['x.js']);
    }, TWO));

  it('only looks, where it is told to', () =>
    onStage(async (stage) => {
      await once(stage, 0);
      await drift(stage);
      const { stdout, stderr } = await once(stage, 5, '--mode', 'warn');
      expect(stdout).toContain('pending: 1 left alone');
      expect(stderr).toContain('Ready=False DriftObserved');
      expect((await servers(stage))['a']?.args).toEqual(['z.js']);
      await once(stage, 5, '--mode-of', 'claude-code/user/a=observe');
      expect((await servers(stage))['a']?.args).toEqual(['z.js']);
    }, TWO));

  it('deletes only with --prune, and only what was due to go three times in a row', () =>
    onStage(async (stage) => {
      await once(stage, 0);
      await stage.write({ 'project/mcp.yaml': ONE });
      for (let pass = 0; pass < 3; pass += 1) await once(stage, 5);
      expect(Object.keys(await servers(stage))).toEqual(['a', 'b']);
      await stage.write({ 'project/mcp.yaml': TWO });
      await once(stage, 0, '--prune');
      await stage.write({ 'project/mcp.yaml': ONE });
      await once(stage, 5, '--prune');
      await once(stage, 5, '--prune');
      expect(Object.keys(await servers(stage))).toEqual(['a', 'b']);
      await once(stage, 0, '--prune');
      expect(Object.keys(await servers(stage))).toEqual(['a']);
    }, TWO));

  it('restores what was deleted with one command, and leaves it alone until it is told to go on', () =>
    onStage(async (stage) => {
      await once(stage, 0);
      const whole = (await servers(stage))['b'];
      await stage.write({ 'project/mcp.yaml': ONE });
      const prune = ['--prune', '--prune-after', '1'];
      await once(stage, 0, ...prune);
      expect((await servers(stage))['b']).toBeUndefined();
      const b = 'claude-code/user/b';
      const restore = ['restore', b, '--auto-approve', '--no-settle', '--json'];
      const { stdout } = await stage.expectExit(0, restore);
      const [, ...events] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(events.flatMap((event) => violations('event', event))).toEqual([]);
      expect(events.at(-1)).toMatchObject({ outcomes: [{ address: b, action: 'create', result: 'done' }] });
      expect((await servers(stage))['b']).toEqual(whole);
      for (let pass = 0; pass < 2; pass += 1) await once(stage, 5, ...prune);
      expect((await servers(stage))['b']).toEqual(whole);
      const { stdout: status } = await stage.expectExit(0, ['status']);
      expect(status.replaceAll(/\s+/g, ' ')).toContain('restored from generation 1');
      await stage.expectExit(0, ['resume', b]);
      await once(stage, 0, ...prune);
      expect(Object.keys(await servers(stage))).toEqual(['a']);
      const unknown = await stage.expectExit(64, ['restore', 'claude-code/user/c', '--auto-approve']);
      expect(unknown.stderr).toContain('no generation that is kept has');
      const declared = await stage.expectExit(64, ['restore', 'claude-code/user/a', '--auto-approve']);
      expect(declared.stderr).toContain('is declared');
    }, TWO));

  it('leaves alone what is suspended, until it is resumed, and says so', () =>
    onStage(async (stage) => {
      await once(stage, 0);
      await stage.expectExit(0, ['suspend', 'claude-code/user/a', '--until', '2h', '--reason', 'a test']);
      await drift(stage);
      expect((await once(stage, 5)).stderr).toContain('Ready=False Suspended');
      const { stdout } = await stage.expectExit(0, ['status']);
      expect(stdout).toContain('suspended: claude-code/user/a until');
      await stage.expectExit(0, ['resume', 'claude-code/user/a']);
      await once(stage, 0);
      expect((await servers(stage))['a']?.args).toEqual(['x.js']);
    }, TWO));

  it('changes nothing for a manifest that is not valid, and says where it is wrong', () =>
    onStage(async (stage) => {
      await once(stage, 0);
      await stage.write({ 'project/mcp.yaml': `${TWO}broken: [` });
      const before = await stage.read('.claude.json');
      const { stderr, stdout } = await once(stage, 1);
      expect(stdout + stderr).toContain('Stalled=True SourceInvalid');
      expect(stderr).toContain('mcp.yaml:');
      expect(await stage.read('.claude.json')).toBe(before);
    }, TWO));

  it('gives up what somebody keeps changing back, and takes it up again when it is told to', () =>
    onStage(async (stage) => {
      await once(stage, 0);
      for (let round = 0; round < 2; round += 1) {
        await drift(stage);
        await once(stage, 0);
      }
      await drift(stage);
      expect((await stage.run(['reconcile', '--once'])).stderr).toContain('Contended=True Fighting');
      await drift(stage);
      expect((await once(stage, 5)).stdout).toContain('1 left alone');
      expect((await servers(stage))['a']?.args).toEqual(['z.js']);
      await stage.expectExit(0, ['resume', 'claude-code/user/a']);
      await once(stage, 0);
      expect((await servers(stage))['a']?.args).toEqual(['x.js']);
    }, TWO));

  it('enforces no repository of others without a signature', () =>
    onStage(async (stage) => {
      const source = ['--source', 'https://127.0.0.1:9/acme/mcp'];
      for (const more of [[], ['--mode', 'warn', '--mode-of', 'claude-code/*=enforce']]) {
        const { stderr } = await once(stage, 1, ...source, ...more);
        expect(stderr).toContain('SOURCE_UNSIGNED');
        expect(stderr).toContain('--verify head');
      }
      expect((await once(stage, 1, ...source, '--mode', 'warn')).stdout).toContain('SOURCE_UNAVAILABLE');
      // No flag makes an address one that a source may have.
      for (const bad of ['file:///srv/r.git', 'git://host/r.git', 'ext::sh -c id', '-oProxyCommand=id']) {
        expect((await once(stage, 64, `--source=${bad}`, '--mode', 'warn')).stderr).toContain(
          'SOURCE_INVALID',
        );
      }
    }));
});

describe.concurrent('the loop', () => {
  it('goes on until it is told to stop, ends soon, and is alone', ({ expect }) =>
    onStage(async (stage) => {
      const running = stage.run(['reconcile', '--interval', '10s', '--json'], { timeoutMs: 60_000 });
      await expect
        .poll(async () => Object.keys(await servers(stage).catch(() => ({}))), { timeout: 20_000 })
        .toEqual(['a', 'b']);
      const second = await stage.run(['reconcile', '--once']);
      expect(second.exitCode).toBe(4);
      expect((await stage.expectExit(0, ['status'])).stdout).toContain('Loop: runs; ');
      const owner = JSON.parse(await stage.read('.local/state/mcpform/tools/loop/instance/lock'));
      process.kill(owner.pid, 'SIGTERM');
      const asked = performance.now();
      const { stdout } = await running;
      expect(performance.now() - asked).toBeLessThan(5_000);
      expect((await stage.expectExit(0, ['status'])).stdout).toContain('Loop: does not run; ');
      expect(JSON.parse(stdout.split('\n')[0] as string)).toMatchObject({
        kind: 'pass',
        report: { done: 2 },
      });
    }, TWO));

  it('looks at once when it is told to go on with something', ({ expect }) =>
    onStage(async (stage) => {
      const loop = await startLoop(stage.home, { args: ['--interval', '1h'] });
      await stage.expectExit(0, ['suspend', 'claude-code/user/a']);
      await drift(stage);
      await expect
        .poll(() => loop.passes.at(-1)?.held, { timeout: 10_000 })
        .toEqual({ 'claude-code/user/a': 'suspended' });
      await stage.expectExit(0, ['resume', 'claude-code/user/a']);
      const args = async () => (await servers(stage))['a']?.args;
      await expect.poll(args, { timeout: 10_000 }).toEqual(['x.js']);
      expect((await loop.stop()).exitCode).toBe(0);
    }, TWO));

  it('repairs what somebody changes while it runs, and makes a pass for who asks, and for SIGHUP', ({
    expect,
  }) =>
    onStage(async (stage) => {
      const running = stage.run(['reconcile', '--interval', '1h', '--json'], { timeoutMs: 60_000 });
      const args = async (): Promise<string[] | undefined> =>
        (await servers(stage).catch((): Awaited<ReturnType<typeof servers>> => ({})))['a']?.args;
      await expect.poll(args, { timeout: 20_000 }).toEqual(['x.js']);
      // Until it watches, which is after its first pass, a change is found by the interval alone.
      const ask = (): Promise<{ exitCode: number | null; stdout: string }> =>
        stage.run(['reconcile', '--now', '--json']);
      await expect.poll(async () => (await ask()).exitCode, { timeout: 20_000 }).toBe(0);
      for (let round = 0; round < 2; round += 1) {
        await drift(stage);
        await expect.poll(args, { timeout: 10_000 }).toEqual(['x.js']);
      }
      const { stdout } = await ask();
      expect(JSON.parse(stdout).report.wakes).toContainEqual({ kind: 'request', id: expect.any(String) });
      const owner = JSON.parse(await stage.read('.local/state/mcpform/tools/loop/instance/lock'));
      const passes = async (): Promise<number> =>
        Number(/"passes":(\d+)/.exec(await stage.read('.local/state/mcpform/tools/loop/loop.json'))?.[1]);
      const before = await passes();
      process.kill(owner.pid, 'SIGHUP');
      await expect.poll(passes, { timeout: 10_000 }).toBeGreaterThan(before);
      process.kill(owner.pid, 'SIGTERM');
      expect((await running).exitCode).toBe(0);
      expect((await ask()).exitCode).toBe(1);
    }, TWO));

  it('looks when a Git host says so, with its signature', ({ expect }) =>
    onStage(async (stage) => {
      const port = await freePort();
      await stage.write({ 'hook-secret': 'canary-hook-4a7c' });
      await chmod(join(stage.home.folder, 'hook-secret'), 0o600);
      const args = ['--webhook', String(port), '--webhook-secret', join(stage.home.folder, 'hook-secret')];
      const running = stage.run(['reconcile', '--interval', '1h', '--json', ...args], { timeoutMs: 60_000 });
      const post = async (key: string): Promise<number> => {
        const body = '{"ref":"refs/heads/main"}';
        const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
        const headers = { 'X-Hub-Signature-256': signature, 'X-GitHub-Delivery': key };
        return await fetch(`http://127.0.0.1:${port}/webhook`, { method: 'POST', body, headers }).then(
          ({ status }) => status,
          () => 0,
        );
      };
      await expect.poll(() => post('wrong'), { timeout: 20_000 }).toBe(401);
      expect(await post('canary-hook-4a7c')).toBe(202);
      const lock = '.local/state/mcpform/tools/loop/instance/lock';
      const loop = '.local/state/mcpform/tools/loop/loop.json';
      await expect
        .poll(async () => Number(/"passes":(\d+)/.exec(await stage.read(loop).catch(() => ''))?.[1]), {
          timeout: 10_000,
        })
        .toBeGreaterThan(1);
      process.kill(JSON.parse(await stage.read(lock)).pid, 'SIGTERM');
      const { stdout, stderr } = await running;
      expect(stdout).toContain('"kind":"webhook"');
      expect(stdout + stderr).not.toContain('canary-hook-4a7c');
    }, TWO));
});
