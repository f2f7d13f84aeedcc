import { describe, expect, it } from 'vitest';
import { pullImage } from '../../../../src/providers/docker/connection/pull.ts';
import type { PullProgress } from '../../../../src/providers/docker/engine.ts';
import { type MemoryOptions, memorySystem } from '../../../../src/system/memory.ts';
import { contextOn, home } from '../../../state/machine.ts';
import { type Asked, answering, type Said } from './answering.ts';

const digest = `sha256:${'3f'.repeat(32)}`;
const reference = `ghcr.io/acme/x:1.0.0@${digest}`;
const done: Said = { body: '{"status":"Status: Downloaded newer image"}\n' };
const refused = (message: string, status = 500): Said => ({ status, body: { message } });

interface Situation {
  readonly tree?: NonNullable<MemoryOptions['tree']>;
  readonly run?: NonNullable<MemoryOptions['run']>;
  readonly reference?: string;
  readonly platform?: string;
  readonly signal?: AbortSignal;
}

async function pull(
  answers: readonly (Said | 'never')[],
  { reference: name = reference, platform, signal, ...machine }: Situation = {},
): Promise<Asked & { readonly progress: readonly PullProgress[]; readonly error: unknown }> {
  const asked = answering((_, count) => answers[Math.min(count, answers.length) - 1] as Said | 'never');
  const progress: PullProgress[] = [];
  const options = {
    reference: name,
    platform: platform ?? null,
    onProgress: (each: PullProgress) => void progress.push(each),
    ...(signal && { signal }),
  };
  const { ctx } = contextOn(memorySystem(machine));
  const error = await pullImage(asked.caller, options, ctx).catch((reason: unknown) => reason);
  return { ...asked, progress, error };
}

const config = (value: object) => ({ [`${home}/.docker/config.json`]: JSON.stringify(value) });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const headerOf = ({ requests }: Asked): unknown => {
  const header = requests[0]?.headers?.['X-Registry-Auth'];
  return header === undefined ? undefined : JSON.parse(Buffer.from(header, 'base64url').toString());
};

describe('a pull', () => {
  it('names the digest alone, and the platform', async () => {
    const { lines, error } = await pull([done], { platform: 'linux/arm64' });
    expect(error).toBeUndefined();
    const image = `ghcr.io/acme/x@${digest}`;
    expect(lines()).toEqual([`POST /v1.51/images/create?fromImage=${image}&platform=linux/arm64`]);
  });

  it.each([
    ['127.0.0.1:5000/x:1', '127.0.0.1:5000/x:1'],
    [`127.0.0.1:5000/x@${digest}`, `127.0.0.1:5000/x@${digest}`],
    [`127.0.0.1:5000/x:1@${digest}`, `127.0.0.1:5000/x@${digest}`],
  ])('of %s asks for %s', async (written, asked) => {
    expect((await pull([done], { reference: written })).requests[0]?.query).toEqual({ fromImage: asked });
  });

  it('adds up the layers that said how large they are', async () => {
    const layer = (id: string, status: string, progressDetail: object = {}): string =>
      `${JSON.stringify({ status, progressDetail, id })}\n`;
    const events = [
      layer('a', 'Already exists'),
      layer('b', 'Pulling fs layer'),
      layer('b', 'Downloading', { current: 10, total: 100 }),
      layer('c', 'Downloading', { current: 5, total: 50 }),
      layer('b', 'Extracting', { current: 1, units: 's' }),
      layer('c', 'Download complete'),
      layer('b', 'Pull complete'),
      layer('d', 'Download complete'),
    ];
    const { progress } = await pull([{ body: events.join('') }]);
    expect(progress.map(({ doneBytes, totalBytes }) => [doneBytes, totalBytes])).toEqual([
      [10, 100],
      [15, 150],
      [60, 150],
      [150, 150],
    ]);
  });

  it('fails when the stream says so, though it began well', async () => {
    const error = 'failed to register layer: write /x: no space left on device';
    const body = `{"status":"Pulling from x"}\n${JSON.stringify({ errorDetail: { message: error }, error })}\n`;
    const { error: failure, requests } = await pull([{ body }]);
    expect(failure).toMatchObject({
      code: 'ENGINE_DISK_FULL',
      message: `docker@lab would not pull image "${reference}": ${error}`,
    });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['toomanyrequests: You have reached your pull rate limit', 'ENGINE_PULL_LIMITED'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'ENGINE_PULL_FAILED'],
    ['Get "https://ghcr.io/v2/": read tcp: connection reset by peer', 'ENGINE_PULL_FAILED'],
    ['Get "https://ghcr.io/v2/": net/http: TLS handshake timeout', 'ENGINE_PULL_FAILED'],
    ['unexpected EOF', 'ENGINE_PULL_FAILED'],
  ])('is tried three times when "%s"', async (message, code) => {
    const { error, requests, clock } = await pull([refused(message)]);
    expect(error).toMatchObject({ code });
    expect(requests).toHaveLength(3);
    expect(clock.monotonic()).toBeLessThanOrEqual(4_000 + 16_000);
    expect((await pull([refused(message), done])).error).toBeUndefined();
  });

  it('is tried again when the stream broke off', async () => {
    const body = '{"status":"Pulling from x"}\n{"error":"connection reset by peer"}\n';
    const { error, requests } = await pull([{ body }, done]);
    expect([error, requests.length]).toEqual([undefined, 2]);
  });

  it.each([
    ['manifest unknown: manifest unknown', 'ENGINE_PULL_UNKNOWN'],
    ['unauthorized: authentication required', 'ENGINE_PULL_DENIED'],
    ['x509: certificate signed by unknown authority', 'ENGINE_PULL_FAILED'],
    ['lookup ghcr.io: no such host', 'ENGINE_PULL_FAILED'],
  ])('is not tried again when "%s"', async (message, code) => {
    const { error, requests } = await pull([refused(message)]);
    expect(error).toMatchObject({ code });
    expect(requests).toHaveLength(1);
  });

  it('is given up after ten minutes of silence, not of work', async () => {
    const { error } = await pull(['never']);
    expect(error).toMatchObject({
      code: 'ENGINE_TIMEOUT',
      message: `docker@lab was to pull image "${reference}", and nothing happened for 600 s`,
    });
  });

  it('ends when it is not wanted any more', async () => {
    const reason = new Error('interrupted');
    const { error, requests } = await pull(['never'], { signal: AbortSignal.abort(reason) });
    expect(error).toBe(reason);
    expect(requests).toHaveLength(1);
  });
});

describe('who pulls', () => {
  const auth = base64('ann:s3c:ret');

  it('is nobody where there is nothing for that registry', async () => {
    const tree = config({ auths: { 'other.io': { auth } } });
    expect(headerOf(await pull([done], { tree }))).toBeUndefined();
  });

  it('is who the docker command would be', async () => {
    const tree = config({ auths: { 'ghcr.io': { auth } } });
    expect(headerOf(await pull([done], { tree }))).toEqual({
      username: 'ann',
      password: 's3c:ret',
      serveraddress: 'ghcr.io',
    });
  });

  it.each(['p', 'pp', 'ppp', '~~~~???>>>'])(
    'is written as engines read it, with padding: %s',
    async (password) => {
      const tree = config({ auths: { 'ghcr.io': { auth: base64(`ann:${password}`) } } });
      const header = (await pull([done], { tree })).requests[0]?.headers?.['X-Registry-Auth'] ?? '';
      expect(header.length % 4).toBe(0);
      expect(header).toMatch(/^[\w-]+=*$/);
    },
  );

  it('is the same at Docker Hub, which has another name there', async () => {
    const tree = config({ auths: { 'https://index.docker.io/v1/': { auth } } });
    expect(headerOf(await pull([done], { tree, reference: `acme/x@${digest}` }))).toMatchObject({
      username: 'ann',
      serveraddress: 'https://index.docker.io/v1/',
    });
  });

  it('is known to a helper', async () => {
    const asked: unknown[] = [];
    const run: NonNullable<MemoryOptions['run']> = async (command, args, options) => {
      asked.push([command, args, options?.input]);
      const stdout = JSON.stringify({ Username: '<token>', Secret: 'refresh' });
      return { exitCode: 0, stdout, stderr: '' };
    };
    const pulled = await pull([done], { tree: config({ credHelpers: { 'ghcr.io': 'lab' } }), run });
    expect(asked).toEqual([['docker-credential-lab', ['get'], 'ghcr.io']]);
    expect(headerOf(pulled)).toEqual({ identitytoken: 'refresh', serveraddress: 'ghcr.io' });
  });

  it('is never shown', async () => {
    const tree = config({ auths: { 'ghcr.io': { auth: base64('ann:hunter2hunter2') } } });
    const { error } = await pull([refused('unauthorized: incorrect username or password')], { tree });
    expect(JSON.stringify([(error as Error).message, error])).not.toMatch(/hunter2/);
  });
});
