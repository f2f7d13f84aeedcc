import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectEngine } from '../../src/providers/docker/connect.ts';
import { hostOf } from '../../src/providers/docker/endpoint.ts';
import { readOnly } from '../../src/system/read-only.ts';
import { makeCertificates } from '../support/certificates.ts';
import { type Engine, requireEngine, startEngine } from '../support/engine.ts';
import { freePort } from '../support/free-port.ts';
import { mcpImage, requireImages } from '../support/mcp-image.ts';
import { loadMcpImage } from '../support/mcp-image-place.ts';
import { realContext } from '../support/real-context.ts';
import { run } from '../support/run.ts';
import { requireSsh, type SshServer, startSsh } from '../support/ssh-server.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { BUSYBOX } from './connection-world.ts';

const kind = { version: '28', store: 'overlay2' } as const;

describe.runIf(requireEngine(kind) && requireSsh() && requireImages())('an engine on another machine', () => {
  let home: Home;
  let engine: Engine;
  let ssh: SshServer;
  let port: number;
  let tls: Readonly<Record<string, string>>;
  beforeAll(async () => {
    home = await throwawayHome();
    const { files } = await makeCertificates(home.folder);
    const certificates = join(home.folder, 'certificates');
    await mkdir(certificates);
    await copyFile(files.authority, join(certificates, 'ca.pem'));
    await copyFile(files.certificate, join(certificates, 'cert.pem'));
    await copyFile(files.key, join(certificates, 'key.pem'));
    tls = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
    port = await freePort();
    engine = await startEngine({
      ...kind,
      listen: [`tcp://127.0.0.1:${port}`],
      config: {
        tlsverify: true,
        tlscacert: files.authority,
        tlscert: files.certificate,
        tlskey: files.key,
      },
    });
    await vi.waitFor(() => expect(engine.log.join('\n')).toContain(`API listen on 127.0.0.1:${port}`));
    await loadMcpImage(engine, mcpImage('busybox'));
    ssh = await startSsh(engine, home);
  });
  afterAll(async () => {
    await ssh?.stop();
    await engine?.stop();
    await home?.remove();
  });

  const contextWith = (env: Readonly<Record<string, string>>) => realContext(home, env);
  const tcp = (): string => `tcp://127.0.0.1:${port}`;
  const throughSsh = () => ({ ...ssh.env, DOCKER_HOST: `ssh://root@127.0.0.1:${ssh.port}` });
  const idOf = async (): Promise<string> => `docker:${(await engine.ask('GET', '/info')).body.ID}`;
  const docker = (...args: string[]): void => {
    execFileSync('docker', args, { env: { ...home.env, PATH: engine.env['PATH'] }, stdio: 'pipe' });
  };

  it('is reached over TLS, where both sides prove who they are', async () => {
    const remote = await connectEngine(null, contextWith({ ...tls, DOCKER_HOST: tcp() }));
    expect((await remote.identity()).id).toBe(await idOf());
    expect(remote.name).toBe('docker');
    const lists = await Promise.all(Array.from({ length: 50 }, () => remote.listImages()));
    expect(new Set(lists.map((list) => list.length))).toEqual(new Set([1]));
  });

  it('is not believed without proof, nor does it believe without', async () => {
    const asked = { DOCKER_HOST: tcp() };
    await expect(connectEngine(null, contextWith(asked))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringContaining('DOCKER_TLS_VERIFY=1'),
    });
    const others = join(home.folder, 'others');
    await mkdir(others);
    await makeCertificates(others);
    await copyFile(join(others, 'ca.crt'), join(others, 'ca.pem'));
    const untrusted = { ...asked, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: others };
    await expect(connectEngine(null, contextWith(untrusted))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('do not trust each other'),
    });
    const nobody = { ...asked, DOCKER_TLS: '1', DOCKER_CERT_PATH: join(home.folder, 'none') };
    await expect(connectEngine(null, contextWith(nobody))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
    });
    const believing = { ...asked, DOCKER_TLS: '1', DOCKER_CERT_PATH: tls['DOCKER_CERT_PATH'] as string };
    await expect(connectEngine(null, contextWith(believing))).resolves.toMatchObject({ name: 'docker' });
  });

  it('is found by contexts that the docker command made', async () => {
    const pem = (file: string): string => join(tls['DOCKER_CERT_PATH'] as string, `${file}.pem`);
    const files = `ca=${pem('ca')},cert=${pem('cert')},key=${pem('key')}`;
    docker('context', 'create', 'tls-lab', '--docker', `host=${tcp()},${files}`);
    docker('context', 'create', 'any-lab', '--docker', `host=${tcp()},skip-tls-verify=true,${files}`);
    docker('context', 'create', 'ssh-lab', '--docker', `host=${throughSsh().DOCKER_HOST}`);
    for (const name of ['tls-lab', 'any-lab', 'ssh-lab']) {
      const remote = await connectEngine(name, contextWith(ssh.env));
      expect([remote.name, (await remote.identity()).id]).toEqual([`docker@${name}`, await idOf()]);
    }
    docker('context', 'use', 'tls-lab');
    expect((await connectEngine(null, contextWith({}))).endpoint).toMatchObject({ kind: 'tcp', port });
    docker('context', 'use', 'default');
    await expect(connectEngine('tls-lap', contextWith({}))).rejects.toMatchObject({
      code: 'ENGINE_CONTEXT',
      hint: 'did you mean "tls-lab"?',
    });
  });

  it('is reached through ssh, by few connections for many questions', async () => {
    const before = accepted();
    const remote = await connectEngine(null, contextWith(throughSsh()));
    const lists = await Promise.all(Array.from({ length: 50 }, () => remote.listImages()));
    expect(new Set(lists.map((list) => list.length))).toEqual(new Set([1]));
    expect(accepted() - before).toBeLessThanOrEqual(6);
    expect(hostOf(remote.endpoint)).toBe('127.0.0.1');
  });

  it('runs and shows a container through ssh, while it is asked other things', async () => {
    const remote = await connectEngine(null, contextWith(throughSsh()));
    const id = await remote.createContainer({
      name: 'far',
      platform: null,
      Image: BUSYBOX,
      Cmd: ['sh', '-c', 'for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done; exit 7'],
      HostConfig: {},
    });
    await remote.startContainer(id);
    const texts: string[] = [];
    const following = (async () => {
      for await (const { text } of remote.logs(id, { tail: null, follow: true })) texts.push(text);
    })();
    const waiting = remote.waitForContainer(id, new AbortController().signal);
    expect((await remote.inspectContainer(id))?.Name).toBe('/far');
    expect(await waiting).toBe(7);
    await following;
    expect(texts).toEqual([1, 2, 3, 4, 5].map((line) => `line ${line}`));
    await remote.removeContainer(id, { force: true });
  });

  it('is reached by a command that only looks', async () => {
    const ctx = contextWith(throughSsh());
    const looking = { ...ctx, system: readOnly(ctx.system, []) };
    expect(await (await connectEngine(null, looking)).listContainers()).toEqual([]);
  });

  it('is reached at a socket that ssh is told', async () => {
    const env = { ...throughSsh(), DOCKER_HOST: `${throughSsh().DOCKER_HOST}${engine.socket}` };
    const remote = await connectEngine(null, contextWith(env));
    expect((await remote.identity()).id).toBe(await idOf());
    const nowhere = { ...env, DOCKER_HOST: `${throughSsh().DOCKER_HOST}/nowhere.sock` };
    await expect(connectEngine(null, contextWith(nowhere))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('/nowhere.sock'),
    });
  });

  it('is told from one that ssh does not reach, in the words of ssh', async () => {
    const closed = await freePort();
    const nobody = { ...ssh.env, DOCKER_HOST: `ssh://root@127.0.0.1:${closed}` };
    await expect(connectEngine(null, contextWith(nobody))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('Connection refused'),
      hint: `\`ssh -p ${closed} root@127.0.0.1 docker version\` must work, and must not ask anything`,
    });
    const stranger = { ...ssh.env, DOCKER_HOST: `ssh://nobody@127.0.0.1:${ssh.port}` };
    await expect(connectEngine(null, contextWith(stranger))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('Permission denied'),
    });
    await writeFile(join(home.folder, 'ssh/known_hosts'), '');
    await expect(connectEngine(null, contextWith(throughSsh()))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('Host key verification failed'),
    });
    await writeFile(join(home.folder, 'ssh/known_hosts'), ssh.knownHosts);
    const without = { ...throughSsh(), PATH: join(home.folder, 'nothing') };
    await expect(connectEngine(null, contextWith(without))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('it is not installed'),
    });
  });

  it('keeps nobody from ending, over TLS or through ssh', async () => {
    const script = await bundled(`
      import { connectEngine } from './src/providers/docker/connect.ts';
      import { realSystem } from './src/system/real.ts';
      const { signal } = new AbortController();
      const ctx = { system: realSystem(), home: process.env.HOME, env: process.env, platform: 'linux', signal };
      const engine = await connectEngine(null, ctx);
      await Promise.all([engine.listContainers(), engine.listImages(), engine.listNetworks()]);
      console.log(engine.endpoint.kind, performance.now());
      process.on('exit', () => console.log('end', performance.now()));`);
    for (const env of [throughSsh(), { ...tls, DOCKER_HOST: tcp() }, engine.env]) {
      const options = { cwd: home.folder, env: { ...home.env, ...env }, input: script };
      const ended = await run(process.execPath, ['--input-type=module', '-'], options);
      const [, done = 0, end = 0] = /^\w+ ([\d.]+)\nend ([\d.]+)$/m.exec(ended.stdout)?.map(Number) ?? [];
      expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
      expect(end - done).toBeLessThan(500);
    }
  });

  const accepted = (): number => ssh.log.filter((line) => line.startsWith('Accepted publickey')).length;
});

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: resolve(import.meta.dirname, '../..'), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    // What dockerode would load for its own ssh, which is not used.
    external: ['*.node'],
    define: { __dirname: '"/"' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
  });
  return outputFiles[0]?.text ?? '';
}
