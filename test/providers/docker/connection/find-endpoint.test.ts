import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findEndpoint } from '../../../../src/providers/docker/connection/find-endpoint.ts';
import { type MemoryOptions, memorySystem } from '../../../../src/system/memory.ts';
import { contextOn, home } from '../../../state/machine.ts';

type Tree = NonNullable<MemoryOptions['tree']>;
type Env = Readonly<Record<string, string>>;

function find(
  name: string | null,
  { tree = {}, env = {}, platform = 'linux' }: { tree?: Tree; env?: Env; platform?: NodeJS.Platform } = {},
) {
  const { ctx } = contextOn(memorySystem({ tree }));
  return findEndpoint(name, { ...ctx, env, platform });
}

const docker = `${home}/.docker`;
const chosen = (currentContext: string): Tree => ({
  [`${docker}/config.json`]: JSON.stringify({ currentContext }),
});
function context(name: string, Host: string, tls: readonly string[] = [], SkipTLSVerify = false): Tree {
  const id = hash('sha256', name);
  const meta = JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: { Host, SkipTLSVerify } } });
  const files = tls.map((file) => [`${docker}/contexts/tls/${id}/docker/${file}.pem`, `PEM of ${file}`]);
  return { [`${docker}/contexts/meta/${id}/meta.json`]: meta, ...Object.fromEntries(files) };
}
const socket = (path: string) => ({ kind: 'unix', path });
const tcp = (host: string, port: number, tls: object | null = null) => ({ kind: 'tcp', host, port, tls });
const pem = (file: string) => `PEM of ${file}`;
const all = { ca: pem('ca'), certificate: pem('cert'), key: pem('key') };
const folder = { '/c/ca.pem': pem('ca'), '/c/cert.pem': pem('cert'), '/c/key.pem': pem('key') };

describe('the engine that the docker command would ask', () => {
  it.each<[string, Tree, Env, object, string | null]>([
    ['the default socket', {}, {}, socket('/var/run/docker.sock'), null],
    [
      'DOCKER_HOST',
      chosen('lab'),
      { DOCKER_HOST: 'unix:///d', DOCKER_CONTEXT: 'x' },
      socket('/d'),
      'DOCKER_HOST',
    ],
    [
      'DOCKER_CONTEXT before the one that was chosen',
      { ...chosen('lab'), ...context('ci', 'unix:///ci') },
      { DOCKER_CONTEXT: 'ci', DOCKER_HOST: '' },
      socket('/ci'),
      'the Docker context "ci"',
    ],
    [
      'the context that was chosen',
      { ...chosen('lab'), ...context('lab', 'tcp://10.0.0.1:2375') },
      {},
      tcp('10.0.0.1', 2375),
      'the Docker context "lab"',
    ],
    ['the context default', chosen('default'), {}, socket('/var/run/docker.sock'), null],
    [
      'another folder of configuration',
      { '/d/config.json': '{"currentContext":""}', ...chosen('lab') },
      { DOCKER_CONFIG: '/d' },
      socket('/var/run/docker.sock'),
      null,
    ],
    [
      'the engine without root when there is no other',
      { '/run/user/1000/docker.sock': '' },
      { XDG_RUNTIME_DIR: '/run/user/1000' },
      socket('/run/user/1000/docker.sock'),
      null,
    ],
    [
      'the engine of the machine when there are both',
      { '/run/user/1000/docker.sock': '', '/var/run/docker.sock': '' },
      { XDG_RUNTIME_DIR: '/run/user/1000' },
      socket('/var/run/docker.sock'),
      null,
    ],
  ])('is %s', async (_, tree, env, endpoint, saidBy) => {
    expect(await find(null, { tree, env })).toMatchObject({ endpoint, saidBy });
  });

  it('is behind a pipe on Windows', async () => {
    const { endpoint } = await find(null, { platform: 'win32' });
    expect(endpoint).toEqual({ kind: 'pipe', path: '//./pipe/docker_engine' });
  });

  it.each<[string, Env, object]>([
    ['no TLS, whatever the port', {}, tcp('lab', 2376)],
    ['TLS with certificates', { DOCKER_TLS_VERIFY: '1' }, tcp('lab', 2376, { ...all, isVerified: true })],
    ['TLS with anybody', { DOCKER_TLS: '1' }, tcp('lab', 2376, { ...all, isVerified: false })],
  ])('is asked with %s', async (_, env, endpoint) => {
    const found = await find(null, {
      tree: folder,
      env: { ...env, DOCKER_HOST: 'tcp://lab:2376', DOCKER_CERT_PATH: '/c' },
    });
    expect(found.endpoint).toEqual(endpoint);
  });

  it('has the port that Docker gives it', async () => {
    const env = { DOCKER_HOST: 'tcp://lab', DOCKER_CERT_PATH: '/c' };
    expect((await find(null, { tree: folder, env })).endpoint).toMatchObject({ port: 2375 });
    const verified = { ...env, DOCKER_TLS_VERIFY: '1' };
    expect((await find(null, { tree: folder, env: verified })).endpoint).toMatchObject({ port: 2376 });
  });

  it.each<[string, Tree, Env, string]>([
    [
      'cannot be told from a wrong DOCKER_HOST',
      {},
      { DOCKER_HOST: 'ssh://ann:s3cret-pass@lab' },
      'DOCKER_HOST is "ssh://***@lab": it holds a password, which ssh takes from nobody: use a key',
    ],
    ['cannot be told from a context that is gone', chosen('gone'), {}, 'there is no Docker context "gone"'],
    [
      'cannot be told from a configuration that is not JSON',
      { [`${docker}/config.json`]: '{"auths":{"x":{"auth":"c2VjcmV0"' },
      {},
      `"${docker}/config.json", which says where the engine is, is not JSON`,
    ],
    [
      'cannot be verified without an authority',
      {},
      { DOCKER_HOST: 'tcp://lab', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/none' },
      'DOCKER_TLS_VERIFY is set, and there is no "/none/ca.pem"',
    ],
  ])('%s', async (_, tree, env, message) => {
    await expect(find(null, { tree, env })).rejects.toMatchObject({ code: 'ENGINE_CONTEXT', message });
  });

  it('comes with what to do when it is not there', async () => {
    const env = { XDG_RUNTIME_DIR: '/run/user/1000' };
    const { hint } = await find(null, { env });
    expect(hint).toBe(
      'start the engine (looked for "/var/run/docker.sock" and "/run/user/1000/docker.sock"), or say where it is with DOCKER_HOST or `docker context use`; for Podman: DOCKER_HOST=unix:///run/podman/podman.sock',
    );
    const podman = '/run/user/1000/podman/podman.sock';
    expect((await find(null, { env, tree: { [podman]: '' } })).hint).toContain(
      `DOCKER_HOST=unix://${podman}`,
    );
  });
});

describe('the engine of a Docker context', () => {
  it.each<[string, Tree, object]>([
    ['without TLS', context('lab', 'tcp://lab:2375'), tcp('lab', 2375)],
    [
      'with certificates',
      context('lab', 'tcp://lab', ['ca', 'cert', 'key']),
      tcp('lab', 2376, { ...all, isVerified: true }),
    ],
    [
      'that anybody may be',
      context('lab', 'tcp://lab', [], true),
      tcp('lab', 2376, { ca: null, certificate: null, key: null, isVerified: false }),
    ],
    [
      'behind ssh',
      context('lab', 'ssh://ann@lab'),
      { kind: 'ssh', user: 'ann', host: 'lab', port: null, path: null },
    ],
  ])('is found %s, whatever else is chosen', async (_, tree, endpoint) => {
    const env = { DOCKER_HOST: 'unix:///other', DOCKER_CONTEXT: 'other' };
    expect(await find('lab', { tree, env })).toEqual({ endpoint, saidBy: 'the Docker context "lab"' });
  });

  it('is that of the machine for `default`, which is no context of files', async () => {
    const env = { DOCKER_CONTEXT: 'lab' };
    const tree = chosen('lab');
    expect((await find('default', { tree, env })).endpoint).toEqual(socket('/var/run/docker.sock'));
    const host = { ...env, DOCKER_HOST: 'unix:///d' };
    expect((await find('default', { tree, env: host })).endpoint).toEqual(socket('/d'));
  });

  it('is an error that names the nearest one when it is not there', async () => {
    const tree = { ...context('lab-east', 'ssh://east'), ...context('ci', 'ssh://ci') };
    await expect(find('lab-eats', { tree })).rejects.toMatchObject({
      code: 'ENGINE_CONTEXT',
      message: 'there is no Docker context "lab-eats"',
      hint: 'did you mean "lab-east"?',
    });
    await expect(find('nothing-like-it', { tree })).rejects.toMatchObject({
      hint: 'known: ci, lab-east, default',
    });
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'is not a JSON object'],
  ])('is an error when its file holds %s', async (text, what) => {
    const path = `${docker}/contexts/meta/${hash('sha256', 'lab')}/meta.json`;
    await expect(find('lab', { tree: { [path]: text } })).rejects.toMatchObject({
      code: 'ENGINE_CONTEXT',
      message: `"${path}", which says where the engine is, ${what}`,
    });
  });

  it.each([
    ['', 'the Docker context "k8s" names no engine'],
    ['http://lab', expect.stringContaining('the Docker context "k8s" is at "http://lab": it starts with')],
  ])('is an error when it is at "%s"', async (host, message) => {
    await expect(find('k8s', { tree: context('k8s', host) })).rejects.toMatchObject({
      code: 'ENGINE_CONTEXT',
      message,
    });
  });
});
