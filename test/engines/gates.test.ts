import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { ENGINE_KINDS, requireEngine, startEngine } from '../support/engine.ts';
import { mcpImage, requireImages } from '../support/mcp-image.ts';
import { outcomesOf } from './support/outcomes.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

const WEB = 'docker/container/web';
const hurried = { startPeriod: '1s', interval: '500ms', timeout: '1s', retries: 2 };

/** What decides whether a server that was just started works. */
describe.each(ENGINE_KINDS)('a server that starts on Docker $version with $store', (kind) => {
  describe.runIf(requireEngine(kind) && requireImages())('', () => {
    let world: StackWorld;
    let everything = '';

    beforeAll(async () => {
      world = await makeStackWorld(() => startEngine(kind));
      everything = (await world.push(mcpImage('everything'))).tagged;
    }, 300_000);
    afterEach(async () => await world.reset());
    afterAll(async () => await world?.remove());

    async function declare(web: JsonObject): Promise<void> {
      await world.write({ servers: { web: { transport: 'http', port: 3001, ...web } } });
      await world.expectExit(0, ['lock']);
    }

    const shell = (script: string): JsonObject => ({
      image: world.busybox.tagged,
      entrypoint: ['sh', '-c'],
      args: [script],
    });

    async function failedApply() {
      const apply = ['apply', '--auto-approve', '--no-settle', '--json'];
      const outcomes = outcomesOf(await world.expectExit(5, apply));
      expect(await world.containers()).toEqual({});
      expect(await world.entries()).toEqual({});
      expect(outcomes['claude-code/user/web']?.result).toBe('skipped');
      return outcomes[WEB]?.error;
    }

    it('works when it answers the handshake', async () => {
      await declare({ image: everything, args: ['streamableHttp'] });
      await world.converge();
      expect(await world.containers()).toEqual({ 'tools.web': 'running' });
    });

    it.each([
      ['command', { command: ['sh', '-c', 'exit 0'], interval: '500ms' }],
      ['request', { path: '/mcp', ...hurried }],
    ])('is asked by %s where the manifest says so', async (what, health) => {
      await declare({ image: everything, args: ['streamableHttp'], health });
      if (what === 'command') return void (await world.converge());
      // It is there, and wants a session: HTTP 400.
      expect(await failedApply()).toMatchObject({ code: 'HEALTH_STATUS' });
    });

    it('has failed at once when it ends, and what it wrote last is shown without secrets', async () => {
      // Nobody writes a token into a manifest: the server makes it.
      const make = 't=a1B2; t=$t$t$t; t=ghp_$t$t$t';
      await declare({
        ...shell(`${make}; echo starting; sleep 0.2; echo "TOKEN=$t is refused" >&2; sleep 1; exit 3`),
        restart: 'no',
        health: { startPeriod: '5m' },
      });
      const error = await failedApply();
      expect(error).toMatchObject({
        code: 'HEALTH_EXITED',
        message: expect.stringContaining('exit code 3'),
        detail: ['starting', expect.stringMatching(/^TOKEN=\*+$/)],
      });
      const text = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
      expect(text.stdout).toContain('\n    | starting\n    | TOKEN=***');
    });

    it('has failed when it never answers, with its log', async () => {
      await declare({ ...shell('echo waiting for the database; sleep 1000'), health: hurried });
      expect(await failedApply()).toMatchObject({
        code: expect.stringMatching(/^HEALTH_(?:CLOSED|UNREACHABLE)$/),
        detail: ['waiting for the database'],
      });
    });

    it('has failed when its own check fails, with what that said', async () => {
      const command = ['sh', '-c', 'echo the database is down; exit 1'];
      await declare({ ...shell('echo starting; sleep 1000'), health: { command, ...hurried } });
      expect(await failedApply()).toMatchObject({
        code: 'HEALTH_COMMAND',
        detail: ['the database is down', 'starting'],
      });
    });
  });
});
