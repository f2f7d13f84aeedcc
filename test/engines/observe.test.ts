import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../../src/model/container.ts';
import type { Place } from '../../src/model/resource.ts';
import { asContainer } from '../../src/providers/docker/attributes.ts';
import { diagnose } from '../../src/providers/docker/diagnose.ts';
import { docker } from '../../src/providers/docker/index.ts';
import { mcpImage, requireImages } from '../support/mcp-image.ts';
import { pushMcpImage } from '../support/mcp-image-place.ts';
import { startRegistry } from '../support/registry.ts';
import {
  BEDS,
  common,
  containerObject,
  create,
  look,
  lookAt,
  makeObserveWorld,
  type ObserveWorld,
  type Seen,
} from './observe-world.ts';

const changed = ({ differences }: Seen): readonly string[] => differences.map(({ pointer }) => pointer);

describe.each(BEDS)('$name', ({ name, start, canRun, isPodman }) => {
  describe.runIf(canRun() && requireImages())('observed', () => {
    let world: ObserveWorld;
    let cli: ObserveWorld['bed']['docker'];
    beforeAll(async () => {
      world = await makeObserveWorld(start);
      cli = world.bed.docker;
    });
    afterEach(async () => {
      for (const { Id } of await world.engine.listContainers()) {
        await world.engine.removeContainer(Id, { force: true });
      }
    });
    afterAll(async () => {
      await world?.remove();
    });

    const web = (changes: Partial<ContainerSpec> = {}) =>
      containerObject('web', { image: world.plain, args: ['sleep', '1000'], ...changes });
    const made = [
      '--name=demo.web',
      '--init',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      '--pids-limit=128',
      '--stop-timeout=10',
    ];
    const byHand = (...more: readonly string[]): Promise<string> =>
      cli(['run', '-d', ...made, ...more, world.plain, 'sleep', '1000']);
    const placeOf = async (): Promise<Place> => (await lookAt(world, web())).place;

    it('is nothing where there is nothing', async () => {
      const { observed, observation } = await lookAt(world, web());
      expect([observed, observation.unavailable.size, observation.findings]).toEqual([undefined, 0, []]);
    });

    // Podman keeps to itself which capabilities it was to drop.
    if (!isPodman)
      it('is the same when somebody made it by hand with the same options', async () => {
        await byHand();
        expect(changed(await lookAt(world, web()))).toEqual([]);
      });

    it('is another when somebody made it with other variables, labels and volumes', async () => {
      await create(world, web());
      await cli(['rm', '-f', 'demo.web']);
      await byHand('-e', 'KEY=pasted', '--label=own=1', '-v=/etc:/mnt', '--restart=always');
      const seen = (await lookAt(world, web())).differences.filter(({ pointer }) => !/Capab/.test(pointer));
      expect(seen.map(({ pointer, before }) => [pointer, before])).toEqual([
        ['/env/KEY', 'pasted'],
        ['/labels/own', '1'],
        ['/restart', 'always'],
        ['/volumes/~1mnt/bind', '/etc'],
        ['/volumes/~1mnt/readOnly', false],
      ]);
    });

    it('shows what no manifest can ask for', async () => {
      // Podman does not tell of a shared namespace, and starts no init in that of the host.
      const shared = isPodman ? [] : ['--pid=host'];
      await byHand('-t', '--dns-search=evil.example', '--cpuset-cpus=0', '--oom-score-adj=100', ...shared);
      const seen = changed(await lookAt(world, web())).filter((pointer) => pointer.startsWith('/other'));
      const all = ['CpusetCpus', 'DnsSearch', 'OomScoreAdj', ...(isPodman ? [] : ['PidMode']), 'Tty'];
      expect(seen).toEqual(all.map((field) => `/other/${field}`));
    });

    it.each([
      ['stop', 'exited'],
      ['pause', 'paused'],
    ] as const)('is different after docker %s', async (command, status) => {
      await create(world, web());
      await cli([command, ...(command === 'stop' ? ['-t', '0'] : []), 'demo.web']);
      const { differences } = await lookAt(world, web());
      expect(differences.map(({ pointer, before }) => [pointer, before])).toEqual([['/status', status]]);
    });

    it('is found by its id when somebody renamed it, and the name is what differs', async () => {
      const id = await create(world, web());
      await cli(['rename', 'demo.web', 'mine']);
      const seen = await lookAt(world, web(), id);
      expect(seen.differences.map(({ pointer, before }) => [pointer, before])).toEqual([['/name', 'mine']]);
      expect(seen.observed?.id).toBe(id);
      expect((await lookAt(world, web())).observed).toBeUndefined();
    });

    it('is the one that is remembered although somebody gave its name to another', async () => {
      const id = await create(world, web());
      await cli(['rename', 'demo.web', 'mine']);
      await byHand('-e', 'THEIRS=1');
      const seen = await lookAt(world, web(), id);
      expect([seen.observed?.id, changed(seen)]).toEqual([id, ['/name']]);
    });

    it('is the new one while the old one waits, and says that it waits', async () => {
      const old = await create(world, web());
      await cli(['rename', 'demo.web', 'demo.web.op-1.old']);
      const alone = await lookAt(world, web(), old);
      expect([alone.observed?.id, changed(alone)]).toEqual([old, ['/name']]);
      const next = await create(world, web());
      const { observed, observation } = await lookAt(world, web(), old);
      expect(observed?.id).toBe(next);
      expect(observation.findings).toMatchObject([
        { code: 'ENGINE_LEFTOVER', message: expect.stringContaining('"demo.web.op-1.old"') },
      ]);
      expect((await lookAt(world, containerObject('other'))).observation.findings).toEqual([]);
    });

    it('names who has which port, and its own also while it is stopped', async () => {
      const service = (port: number) => ({
        service: { transport: 'http' as const, port: 80, path: '/', publish: { address: '127.0.0.1', port } },
      });
      await create(world, web(service(23_101)));
      await cli(['stop', '-t', '0', 'demo.web']);
      await cli(['run', '-d', '--name=theirs', '-p=127.0.0.1:23102:80', world.plain, 'sleep', '1000']);
      const { observation } = await lookAt(world, web(service(23_101)));
      expect(observation.engines?.get('docker')).toEqual({
        host: null,
        ports: new Map([
          [23_101, 'demo.web'],
          [23_102, 'theirs'],
        ]),
      });
    });

    // Podman takes the container away with its image.
    if (!isPodman)
      it('invents no drift when its image is gone, and says that it is', async () => {
        const other = containerObject('bare', { image: world.talkative });
        await create(world, other);
        await cli(['stop', '-t', '0', 'demo.bare']);
        const { Image } = (await world.engine.inspectContainer('demo.bare')) ?? { Image: '' };
        await cli(['rmi', '-f', Image]);
        const seen = await lookAt(world, other);
        expect(changed(seen)).toEqual(['/status']);
        expect(seen.observation.findings).toMatchObject([{ code: 'ENGINE_IMAGE_MISSING' }]);
      });

    it('says so when another engine answers than the one that is remembered, and touches nothing', async () => {
      await create(world, web());
      const place = await placeOf();
      const elsewhere = { ...place, key: place.key.replace(/^[^/]*/, 'docker:ANOTHER') };
      const observation = await look(world, { desired: [web()], places: [elsewhere] });
      expect(observation.objects.size).toBe(0);
      expect(observation.unavailable.get('docker')).toMatchObject({
        code: 'ENGINE_CHANGED',
        message: expect.stringContaining('container "demo.web"'),
        hint: expect.stringContaining('mcpform forget'),
      });
    });

    it('is known although another engine cannot be reached', async () => {
      await create(world, web());
      const lost = { ...containerObject('lost'), engine: 'nowhere' };
      const observation = await look(world, { desired: [web(), lost] });
      expect([...observation.unavailable]).toMatchObject([
        ['docker@nowhere', { code: 'ENGINE_CONTEXT', severity: 'error', hint: expect.any(String) }],
      ]);
      expect([...observation.objects.values()].map(({ place }) => place.path)).toEqual([
        ['container', 'demo.web'],
      ]);
      expect(docker.identify(lost, observation).key).toBe('?/container/demo.lost');
    });

    it('is remembered while its own engine is down', async () => {
      const place = await placeOf();
      const ctx = {
        ...world.ctx,
        env: { ...world.ctx.env, DOCKER_HOST: `unix://${world.bed.folder}/no.sock` },
      };
      const observation = await look({ ...world, ctx }, { desired: [web()], places: [place] });
      expect(observation.unavailable.get('docker')).toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
      expect(docker.identify(web(), observation)).toEqual(place);
      expect(await diagnose(ctx)).toMatchObject([
        { state: 'warning', detail: expect.stringMatching(/no\.sock/) },
      ]);
    });

    it('is described to doctor', async () => {
      const [diagnosis] = await diagnose(world.ctx);
      expect(diagnosis?.state).toBe('ok');
      expect(diagnosis?.detail).toMatch(
        isPodman ? /^Podman 4\./ : /^Docker (?:20|2\d)\..*, API 1\.\d+, images in/,
      );
    });

    if (name.includes('containerd'))
      it('has an image for each of its platforms', async () => {
        const registry = await startRegistry();
        const { pinned } = await pushMcpImage(registry, mcpImage('memory'));
        const reference = pinned.replace(/:[^:@]*@/, '@');
        const image = (platform: string) => ({
          ...common('docker/image/memory'),
          kind: 'image' as const,
          image: pinned,
          platform,
          name: reference,
        });
        for (const platform of ['linux/arm64', 'linux/amd64']) {
          expect((await lookAt(world, image(platform))).observed).toBeUndefined();
          await world.engine.pullImage(pinned, { platform });
          expect(changed(await lookAt(world, image(platform)))).toEqual([]);
        }
        await registry.stop();
        const attributes = [
          await lookAt(world, image('linux/arm64')),
          await lookAt(world, image('linux/amd64')),
        ];
        expect(attributes.map(({ observed }) => observed?.attributes['platform'])).toEqual([
          'linux/arm64',
          'linux/amd64',
        ]);
        const container = containerObject('arm', { image: pinned, platform: 'linux/arm64' });
        const { Image } = { Image: reference };
        await world.engine.createContainer({
          name: 'demo.arm',
          platform: 'linux/arm64',
          Image,
          HostConfig: {},
        });
        const seen = await lookAt(world, container);
        expect(asContainer(seen.observed?.attributes ?? {}).platform).toBe('linux/arm64');
      });
  });
});
