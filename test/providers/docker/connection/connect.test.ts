import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../../../src/model/context.ts';
import { connectEngine } from '../../../../src/providers/docker/connect.ts';
import { realContext } from '../../../support/real-context.ts';
import { type Home, throwawayHome } from '../../../support/throwaway-home.ts';
import { type Heard, type LocalEngine, startLocalEngine } from './local-engine.ts';

let home: Home;
const engines: LocalEngine[] = [];
beforeAll(async () => {
  home = await throwawayHome();
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});
afterAll(() => home.remove());

async function listening(answer: (heard: Heard, response: ServerResponse) => void): Promise<string> {
  const engine = await startLocalEngine(answer);
  engines.push(engine);
  return `unix://${engine.socket}`;
}

/** A hundred times as fast. */
function hurried(ctx: Context): Context {
  const { clock } = ctx.system;
  const sleep: typeof clock.sleep = (ms, signal) => clock.sleep(ms / 100, signal);
  const monotonic = (): number => clock.monotonic() * 100;
  return { ...ctx, system: { ...ctx.system, clock: { ...clock, sleep, monotonic } } };
}

const pong = (response: ServerResponse): void => void response.setHeader('Api-Version', '1.51').end('OK');

describe('connecting to an engine', () => {
  it('says what it is called, and where it is', async () => {
    const DOCKER_HOST = await listening((_, response) => pong(response));
    const engine = await connectEngine(null, realContext(home, { DOCKER_HOST }));
    expect([engine.name, engine.endpoint]).toEqual([
      'docker',
      { kind: 'unix', path: DOCKER_HOST.replace('unix://', '') },
    ]);
    const ambient = await connectEngine('default', realContext(home, { DOCKER_HOST }));
    expect(ambient.name).toBe('docker@default');
  });

  it('fails when there is none, with what to do', async () => {
    const DOCKER_HOST = `unix://${join(home.folder, 'none.sock')}`;
    await expect(connectEngine(null, realContext(home, { DOCKER_HOST }))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: `docker could not answer: there is no socket "${join(home.folder, 'none.sock')}"`,
      hint: 'start the engine, or correct DOCKER_HOST',
    });
  });

  it('fails in time when somebody listens and says nothing, and so does whatever is asked', async () => {
    let isSilent = false;
    const DOCKER_HOST = await listening((_, response) => {
      if (!isSilent) pong(response);
    });
    const ctx = hurried(realContext(home, { DOCKER_HOST }));
    const engine = await connectEngine(null, ctx);
    isSilent = true;
    await expect(engine.listNetworks()).rejects.toMatchObject({
      code: 'ENGINE_TIMEOUT',
      message: 'docker did not list networks within 30 s',
    });
    await expect(engine.stopContainer('web', 10)).rejects.toMatchObject({
      code: 'ENGINE_TIMEOUT',
      message: 'docker did not stop container "web" within 40 s',
    });
    await expect(connectEngine(null, ctx)).rejects.toMatchObject({
      code: 'ENGINE_TIMEOUT',
      message: 'docker did not answer within 45 s',
    });
  });

  it('ends with an interrupt', async () => {
    const DOCKER_HOST = await listening(() => undefined);
    const reason = new Error('interrupted');
    const ctx = { ...realContext(home, { DOCKER_HOST }), signal: AbortSignal.abort(reason) };
    await expect(connectEngine(null, ctx)).rejects.toBe(reason);
  });

  it('fails when it is something else that listens', async () => {
    const DOCKER_HOST = await listening((_, response) => response.end('<html>'));
    await expect(connectEngine(null, realContext(home, { DOCKER_HOST }))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: 'what answers as docker is no container engine',
    });
  });

  it('notices answers that no engine gives', async () => {
    const DOCKER_HOST = await listening(({ url }, response) => {
      if (url === '/_ping') pong(response);
      else response.end('{"message":"hello"}');
    });
    const engine = await connectEngine(null, realContext(home, { DOCKER_HOST }));
    for (const asked of [engine.listContainers(), engine.inspectContainer('x'), engine.listImages()]) {
      await expect(asked).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    }
  });
});
