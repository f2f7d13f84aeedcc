import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { McpformError } from '../../src/model/error.ts';
import type { ContainerRequest, HostConfig } from '../../src/providers/docker/api.ts';
import { connectEngine } from '../../src/providers/docker/connect.ts';
import type { Engine } from '../../src/providers/docker/engine.ts';
import { freePort } from '../support/free-port.ts';
import { realContext } from '../support/real-context.ts';
import { CONNECTION_KINDS, type ConnectionWorld, makeConnectionWorld } from './connection-world.ts';

const published = (port: number, HostIp = '127.0.0.1'): Partial<ContainerRequest> => ({
  ExposedPorts: { '80/tcp': {} },
  HostConfig: { PortBindings: { '80/tcp': [{ HostIp, HostPort: String(port) }] } },
});
const limited = (HostConfig: HostConfig): Partial<ContainerRequest> => ({ HostConfig });
/** Without an init, which an engine starts with success, whatever that cannot start then. */
const bare = (more: Partial<ContainerRequest>): Partial<ContainerRequest> => ({ HostConfig: {}, ...more });

describe.each(CONNECTION_KINDS)('what $name refuses', (kind) => {
  describe.runIf(kind.canRun())('is said in words, with a code and what to do:', () => {
    let world: ConnectionWorld;
    let engine: Engine;
    beforeAll(async () => {
      world = await makeConnectionWorld(kind);
      engine = world.engine;
    });
    afterAll(() => world?.remove());
    afterEach(async () => {
      const left = await engine.listContainers();
      await Promise.all(left.map(({ Id }) => engine.removeContainer(Id, { force: true })));
    });

    async function failureOf(work: Promise<unknown>): Promise<McpformError> {
      const failure = await work.then(
        () => expect.fail('it was done'),
        (reason: unknown) => reason,
      );
      if (!(failure instanceof McpformError)) throw failure;
      return failure;
    }

    it.each<[string, string, Partial<ContainerRequest>, RegExp]>([
      ['an image that it has not', 'ENGINE_IMAGE_MISSING', { Image: 'nope:1' }, /no such image/i],
      [
        'a digest that it has not',
        'ENGINE_IMAGE_MISSING',
        { Image: `nope@sha256:${'0'.repeat(64)}` },
        /no such image/i,
      ],
    ])('%s is %s', async (_, code, request, words) => {
      const failure = await failureOf(world.create('web', request));
      expect(failure.code).toBe(code);
      expect(failure.message).toMatch(/^docker would not create container "web": /);
      expect(failure.message).toMatch(words);
      expect(failure.hint).toBeTruthy();
    });

    it('a name that is taken is ENGINE_NAME_TAKEN, in a rename too', async () => {
      await world.create('web');
      expect((await failureOf(world.create('web'))).code).toBe('ENGINE_NAME_TAKEN');
      const other = await world.create('other');
      const failure = await failureOf(engine.renameContainer(other, 'web'));
      expect(failure).toMatchObject({
        code: 'ENGINE_NAME_TAKEN',
        message: expect.stringContaining(`rename container "${other.slice(0, 12)}" to "web": `),
      });
    });

    it.each<[string, Partial<ContainerRequest>]>([
      ['a program that is not there', bare({ Cmd: ['/nope'] })],
      ['a program that is none', bare({ Cmd: ['/etc'] })],
      ['a user that is not there', { User: 'nobodyhere' }],
      ['a group that is not there', { User: '1:nogrouphere' }],
    ])('%s is ENGINE_PROGRAM', async (_, request) => {
      expect(await failureOf(world.run('web', request))).toMatchObject({
        code: 'ENGINE_PROGRAM',
        hint: expect.stringContaining('`security.user`'),
      });
    });

    it('a network that is not there is ENGINE_NETWORK_MISSING', async () => {
      const request = limited({ NetworkMode: 'nonet' });
      expect((await failureOf(world.run('web', request))).code).toBe('ENGINE_NETWORK_MISSING');
    });

    it('a port that is taken is ENGINE_PORT_TAKEN', async () => {
      const port = await freePort();
      await world.run('first', published(port));
      const failure = await failureOf(world.run('second', published(port)));
      expect(failure).toMatchObject({
        code: 'ENGINE_PORT_TAKEN',
        message: expect.stringContaining(`${port}`),
      });
    });

    it('an address that the machine has not is ENGINE_REFUSED', async () => {
      const failure = await failureOf(world.run('web', published(await freePort(), '203.0.113.9')));
      expect(failure).toMatchObject({ code: 'ENGINE_REFUSED', hint: expect.stringContaining('address') });
    });

    if (!kind.isPodman)
      it('a limit that makes no sense is ENGINE_REFUSED', async () => {
        const failure = await failureOf(world.create('web', limited({ Memory: 5 })));
        expect(failure).toMatchObject({
          code: 'ENGINE_REFUSED',
          message: expect.stringMatching(/memory limit/i),
        });
      });

    if (!kind.isPodman)
      it('a folder that is not there is ENGINE_REFUSED', async () => {
        const Source = join(world.home.folder, 'nowhere');
        const failure = await failureOf(
          world.create('web', limited({ Mounts: [{ Type: 'bind', Source, Target: '/x' }] })),
        );
        expect(failure).toMatchObject({ code: 'ENGINE_REFUSED', message: expect.stringContaining(Source) });
      });

    it('a container that runs is not removed without force', async () => {
      const id = await world.run('web');
      const failure = await failureOf(engine.removeContainer(id, { force: false }));
      expect(failure.message).toMatch(/would not remove container "[0-9a-f]{12}": .*running/);
      expect((await engine.inspectContainer(id))?.State.Running).toBe(true);
    });

    it('a container that does not run is not paused', async () => {
      const id = await world.create('web', { Cmd: ['true'] });
      await engine.startContainer(id);
      await engine.waitForContainer(id, new AbortController().signal);
      if (kind.isPodman) await engine.stopContainer(id, 0);
      await failureOf(engine.pauseContainer(id));
      await failureOf(engine.unpauseContainer(id));
    });

    it('what is not there is started, stopped, measured and read by nobody', async () => {
      const asked = [
        engine.startContainer('none'),
        engine.stopContainer('none', 1),
        engine.pauseContainer('none'),
        engine.stats('none'),
        engine.waitForContainer('none', new AbortController().signal),
        engine.logs('none', { tail: null })[Symbol.asyncIterator]().next(),
      ];
      const failures = await Promise.all(asked.map(failureOf));
      expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['ENGINE_REFUSED']));
      await engine.removeContainer('none', { force: true });
      expect(await engine.inspectContainer('none')).toBeNull();
    });

    it('an engine that is killed is ENGINE_UNAVAILABLE, to what waits for it and to what asks next', async () => {
      const id = await world.run('web');
      const waiting = failureOf(engine.waitForContainer(id, new AbortController().signal));
      await engine.inspectContainer(id);
      await world.bed.kill9();
      expect((await waiting).code).toBe('ENGINE_UNAVAILABLE');
      const failure = await failureOf(engine.listContainers());
      expect(failure).toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringMatching(
          /^docker could not list containers: (?:nothing listens at|there is no) socket/,
        ),
      });
      await failureOf(connectEngine(null, realContext(world.home, world.bed.env)));
      await world.bed.restart();
      expect((await engine.listContainers()).map(({ Id }) => Id)).toEqual([id]);
    });
  });
});
