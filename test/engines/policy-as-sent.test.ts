import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { ENGINE_KINDS, startEngine } from '../support/engine.ts';
import { mcpImage, variantOf } from '../support/mcp-image.ts';
import { startMock } from '../support/registry-mock.ts';
import { writeFiles } from '../support/world.ts';
import { outcomesOf, resultsOf } from './support/outcomes.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

const WEB = 'docker/container/web';

interface Row {
  readonly what: string;
  readonly server?: JsonObject;
  readonly stack?: JsonObject;
  /** In the finding. */
  readonly says: string;
}

const mounted = (what: string, source: string, says = `"${source}" of the host`): Row => ({
  what: `the folder ${what}`,
  server: { volumes: [`${source}:/mnt`] },
  says,
});

const secured = (what: string, security: JsonObject, says: string): Row => ({
  what,
  server: { security },
  says,
});

const volume = (what: string, document: JsonObject, says: string): Row => ({
  what,
  server: { volumes: ['data:/mnt'] },
  stack: { volumes: { data: document } },
  says,
});

/** What gives a container power over its host. Where anything is restricted, all of it is refused unless it is allowed. */
const ROWS: readonly Row[] = [
  mounted('/', '/'),
  mounted('/proc', '/proc'),
  mounted('/sys', '/sys/kernel'),
  mounted('/dev', '/dev'),
  mounted('/run', '/run'),
  mounted('of the engine', '/var/lib/docker'),
  mounted('with a socket of an engine', '/var/run/docker.sock'),
  mounted('with the socket of this very engine', 'ENGINE_SOCKET', 'docker.sock'),
  mounted('of a person', 'HOME', 'a home folder'),
  mounted('of keys', 'HOME/.ssh', 'a hidden entry of a home folder'),
  mounted('of keys of root', '/root/.ssh'),
  mounted('that a link leads to: the whole host', './to-root', 'the whole host'),
  mounted('that a link leads to: keys', './to-keys', '.ssh'),
  mounted('below a link', './to-root/root', 'a home folder'),
  mounted('that is not there', './nothing', 'whose real path nobody knows'),
  secured('privileged', { privileged: true }, 'privileged'),
  secured('a capability', { addCapabilities: ['SYS_ADMIN'] }, 'SYS_ADMIN'),
  secured('all capabilities', { addCapabilities: ['ALL'] }, 'ALL'),
  secured('no seccomp profile', { seccomp: 'unconfined' }, 'seccomp'),
  secured('a seccomp profile that came with the manifest', { seccomp: './profile.json' }, 'seccomp'),
  secured('no AppArmor profile', { apparmor: 'unconfined' }, 'apparmor'),
  { what: 'a device', server: { devices: ['/dev/kmsg'] }, says: '/dev/kmsg' },
  {
    what: "the host's network",
    server: { networks: ['theirs'] },
    stack: { networks: { theirs: { external: true, name: 'host' } } },
    says: "the host's own network",
  },
  volume(
    'a volume that is a folder of the host',
    { driverOptions: { type: 'none', o: 'bind', device: '/' } },
    'of the host',
  ),
  volume(
    'a volume with options',
    { driverOptions: { type: 'nfs', o: 'addr=10.0.0.1', device: ':/x' } },
    'option',
  ),
  volume('a volume of another driver', { driver: 'somebodys/driver' }, 'somebodys/driver'),
  volume('a volume of somebody else', { external: true, name: 'theirs' }, 'theirs'),
];

describe.each(ENGINE_KINDS)('what a container asks of Docker $version with $store', (kind) => {
  let world: StackWorld;

  beforeAll(async () => {
    world = await makeStackWorld(() => startEngine(kind));
  }, 120_000);
  afterEach(async () => await world.reset());
  afterAll(async () => await world?.remove());

  const web = (): JsonObject => ({
    ...{ image: world.busybox.tagged, transport: 'http', port: 3001, args: ['sleep', '1000'] },
    ...{ health: { disabled: true }, stopTimeout: '1s' },
  });

  /** Restricts something, and nothing that these stacks do otherwise. */
  const policy = async (rules: JsonObject = {}): Promise<void> =>
    await writeFiles(world.home.folder, {
      '.config/mcpform/policy.yaml': {
        ...{ apiVersion: 'mcpform/v1', kind: 'Policy' },
        rules: { images: { allow: ['127.0.0.1*/mcp/*'] }, ...rules },
      },
    });

  const isUntouched = async (): Promise<void> => {
    expect(await world.containers()).toEqual({});
    expect(await world.engine.docker(['network', 'ls', '--filter=type=custom', '--quiet'])).toBe('');
    expect(await world.engine.docker(['volume', 'ls', '--quiet'])).toBe('');
    expect(await world.entries()).toEqual({});
  };

  async function makeLinks(): Promise<void> {
    const { home } = world;
    await mkdir(join(home.folder, '.ssh'));
    await symlink('/', join(home.project, 'to-root'));
    await symlink('../.ssh', join(home.project, 'to-keys'));
    await writeFiles(home.project, { 'profile.json': { defaultAction: 'SCMP_ACT_ALLOW' } });
  }

  /** With what only the test knows. */
  function filled({ server = {}, stack = {} }: Row): JsonObject {
    const text = JSON.stringify({ ...stack, servers: { web: { ...web(), ...server } } });
    return JSON.parse(
      text.replaceAll('ENGINE_SOCKET', world.engine.socket).replaceAll('HOME', world.home.folder),
    );
  }

  it.each(ROWS)('is refused where policy restricts anything: $what', async (row) => {
    await policy();
    await makeLinks();
    await world.write(filled(row));
    await world.expectExit(0, ['lock']);
    for (const args of [['plan'], ['apply', '--auto-approve', '--no-settle']]) {
      const ran = await world.expectExit(6, args);
      expect(ran.stderr).toContain('POLICY_DENIED');
      // Lines end where they are full.
      expect(ran.stderr.replace(/\s+/g, ' ')).toContain(row.says);
    }
    await isUntouched();
  });

  it('is shown in each plan where no policy says anything', async () => {
    await makeLinks();
    await world.write({
      servers: { web: { ...web(), volumes: ['./to-root:/host'], devices: ['/dev/kmsg'] } },
    });
    await world.expectExit(0, ['lock']);
    const { findings } = await world.plan();
    const said = findings.map(({ message }) => message).join('\n');
    expect(said).toContain('the whole host');
    expect(said).toContain('/dev/kmsg');
  });

  it.each([
    ['a container', (own: JsonObject) => ({ servers: { web: { ...web(), labels: own } } })],
    [
      'a network',
      (own: JsonObject) => ({
        servers: { web: { ...web(), networks: ['inner'] } },
        networks: { inner: { labels: own } },
      }),
    ],
    [
      'a volume',
      (own: JsonObject) => ({
        servers: { web: { ...web(), volumes: ['data:/data'] } },
        volumes: { data: { labels: own } },
      }),
    ],
  ] as const)('cannot be labelled as ours by a manifest: %s', async (_, stack) => {
    await world.write(stack({ 'dev.mcpform.stack': 'another' }));
    await world.expectExit(0, ['lock']);
    const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
    expect(ran.stdout + ran.stderr).toContain('label \\"dev.mcpform.stack\\"'.replaceAll('\\', ''));
    expect(await world.containers()).toEqual({});
  });

  it('cannot be labelled as ours by an image', async () => {
    const claims = variantOf(mcpImage('busybox'), '6.6.6', (config) => ({
      ...config,
      Labels: { 'dev.mcpform.lineage': 'x' },
    }));
    await world.write({ servers: { web: { ...web(), image: (await world.push(claims)).tagged } } });
    await world.expectExit(0, ['lock']);
    const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle', '--json']);
    expect(Object.values(resultsOf(ran)).join()).toContain('failed ENGINE_CLAIM');
    expect(await world.containers()).toEqual({});
    expect(await world.entries()).toEqual({});
  });

  describe('a folder that is a link by the time of the apply', () => {
    const files = () => join(world.home.project, 'files');
    const swap = async (): Promise<void> => {
      await rename(files(), `${files()}-before`);
      await symlink('/', files());
    };

    it('is no longer what was approved', async () => {
      await policy({ mounts: { allow: [`${world.home.project}/*`] } });
      await mkdir(files());
      await world.write({ servers: { web: { ...web(), volumes: ['./files:/mnt'] } } });
      await world.expectExit(0, ['lock']);
      await world.expectExit(0, ['plan', '--out=plan.json']);
      await swap();
      const ran = await world.run(['apply', 'plan.json', '--no-settle']);
      expect([3, 6]).toContain(ran.exitCode);
      await isUntouched();
      await rm(files());
      await rename(`${files()}-before`, files());
      await world.expectExit(0, ['apply', 'plan.json', '--no-settle']);
    });

    it('is seen by whoever creates the container, however late it was swapped', async () => {
      const mock = await startMock();
      mock.add('mcp/busybox', mcpImage('busybox').index, '1.0.0');
      await mkdir(files());
      const image = `${mock.host}/mcp/busybox:1.0.0`;
      await world.write({ servers: { web: { ...web(), image, volumes: ['./files:/mnt'] } } });
      await world.expectExit(0, ['lock']);
      let isSwapped: Promise<void> | null = null;
      mock.lie = ({ headers }) => {
        // Policy has judged by the time that the engine pulls.
        if (String(headers['user-agent']).startsWith('docker/')) isSwapped ??= swap();
        return false;
      };
      await world.engine.docker(['image', 'prune', '--all', '--force']);
      const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle', '--json']);
      await mock.close();
      expect(isSwapped).not.toBeNull();
      expect(outcomesOf(ran)[WEB]).toMatchObject({
        result: 'failed',
        error: { code: 'ENGINE_SOURCE_MOVED', message: expect.stringContaining(files()) },
      });
      expect(await world.containers()).toEqual({});
      expect(await world.entries()).toEqual({});
    });
  });
});
