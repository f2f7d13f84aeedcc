import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_KINDS, startEngine } from '../support/engine.ts';
import { type ImageConfig, mcpImage, variantOf } from '../support/mcp-image.ts';
import { outcomesOf } from './support/outcomes.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

const WEB = 'docker/container/web';
const SERVES = ['httpd', '-f', '-p', '3001', '-h', '/etc'];

describe.each(ENGINE_KINDS)('a bad upgrade on Docker $version with $store', (kind) => {
  let world: StackWorld;

  beforeAll(async () => {
    world = await makeStackWorld(() => startEngine(kind));
  }, 120_000);
  afterEach(async () => await world.reset());
  afterAll(async () => await world?.remove());

  const release = async (version: string, command: readonly string[]): Promise<string> => {
    const withCommand = (config: ImageConfig): ImageConfig => ({ ...config, Cmd: command });
    return (await world.push(variantOf(mcpImage('busybox'), version, withCommand))).tagged;
  };

  async function declare(image: string): Promise<void> {
    const health = { path: '/passwd', timeout: '1s', interval: '200ms', retries: 2, startPeriod: '1s' };
    const service = { image, transport: 'http', port: 3001, stopTimeout: '2s', init: false, health };
    await world.write({ servers: { web: service, bystander: { command: 'true' } } });
    await world.expectExit(0, ['lock', '--allow-downgrade']);
  }

  /** The container, the client's entry, and what the server behind it says. */
  async function seen() {
    const entry = (await world.entries())['web'] as { readonly url: string };
    const { Id: id } = (await world.engine.ask('GET', '/containers/tools.web/json')).body;
    return { id, entry, said: await (await fetch(new URL('/passwd', entry.url))).text() };
  }

  it.each([
    ['exits', ['sh', '-c', 'echo bad release; exit 1'], 'HEALTH_EXITED'],
    ['is never healthy', ['sleep', '1000'], expect.stringMatching(/^HEALTH_/)],
    ['cannot be started', ['no-such-program'], 'ENGINE_PROGRAM'],
  ] as const)(
    'that %s leaves the old container serving, and the client as it was',
    async (_, command, code) => {
      const good = await release('2.0.0', SERVES);
      const bad = await release('2.1.0', command);
      await declare(good);
      await world.converge();
      const before = await seen();

      await declare(bad);
      const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle', '--json']);
      expect(outcomesOf(ran)[WEB]).toMatchObject({ result: 'rolledBack', error: { code } });
      expect(await seen()).toEqual(before);
      expect(await world.containers()).toEqual({ 'tools.web': 'running' });
      await world.expectExit(0, ['state', 'list']);

      expect((await world.planned()).filter((line) => line.includes(WEB))).toEqual([
        `replace ${WEB} repinned: /image lock`,
      ]);
      await declare(good);
      await world.converge();
      expect(await seen()).toEqual(before);
    },
  );
});
