import { mkdir, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import { type SecretContext, SecretValue } from '../../src/model/secret.ts';
import type { HttpRequest } from '../../src/model/system.ts';
import { backend } from '../../src/secrets/gcp/backend.ts';
import { crc32c } from '../../src/secrets/gcp/crc32c.ts';
import { type GcpDouble, newKeys, startGcpDouble } from '../support/gcp-double.ts';
import { realContext } from '../support/real-context.ts';
import { CANARY, failureOf } from '../support/secret-canary.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

describe('the gcp backend, before gcp-double', () => {
  let home: Home;
  let google: GcpDouble;
  let file: string;

  beforeEach(async () => {
    home = await throwawayHome();
    google = await startGcpDouble();
    file = join(home.folder, 'account.json');
    await writeFile(file, JSON.stringify(google.account));
    google.put('github', 'older', `${CANARY}\n`);
  });
  afterEach(async () => {
    await google.close();
    await home.remove();
  });

  const github = { secret: 'github' };
  const contextWith = (more: Record<string, string> = {}): SecretContext =>
    realContext(home, {
      GOOGLE_APPLICATION_CREDENTIALS: file,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: google.url,
      METADATA_SERVER_DETECTION: 'none',
      ...more,
    });
  /** Google's own names lead to the double. */
  const routed = (ctx: SecretContext, asked: string[] = []): SecretContext => {
    const request = (each: HttpRequest) => {
      asked.push(each.url);
      return ctx.system.network.request({ ...each, url: each.url.replace(/^https:\/\/[^/]+/, google.url) });
    };
    return { ...ctx, system: { ...ctx.system, network: { request } } };
  };
  const read = async (argument: Json = github, more: Record<string, string> = {}): Promise<string> =>
    (await backend.read(argument, contextWith(more))).reveal();
  const hidden = (): readonly string[] => [
    ...google.account.private_key.split('\n').filter((line) => line.length > 20 && !line.startsWith('---')),
    google.subjectToken,
    String(google.user['refresh_token']),
    'canary-client-secret',
    'ya29.',
  ];
  const fails = (argument: Json = github, more: Record<string, string> = {}) =>
    failureOf(read(argument, more), hidden());
  const answers = (lie: (response: ServerResponse) => unknown): void => {
    google.lie = (_, response) => {
      lie(response);
      return true;
    };
  };

  it('reads the latest version as a service account that signs for itself', async () => {
    expect(await read()).toBe(CANARY);
    expect(google.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/projects/team-1/secrets/github/versions/latest:access',
    ]);
  });

  it('reads the version and the project it is told to', async () => {
    expect(await read({ ...github, version: '1' })).toBe('older');
    expect(await fails({ ...github, project: 'other-2' })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
    expect(await fails(github, { GOOGLE_CLOUD_PROJECT: 'example.com:other-3' })).toMatchObject({
      code: 'SECRET_NOT_FOUND',
    });
    expect(google.requests.map(({ url }) => url.split('/')[3])).toEqual([
      'team-1',
      'other-2',
      'example.com%3Aother-3',
    ]);
  });

  it.each(['a/../b', '..', 'a:access?', '', 'a b'])('refuses the name "%s" and asks nobody', async (name) => {
    expect(await fails({ secret: name })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
    expect(await fails({ ...github, project: name })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
    expect(await fails({ ...github, version: name })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
    expect(google.requests).toEqual([]);
  });

  it('asks Google by its own name when nothing else is said', async () => {
    const asked: string[] = [];
    const ctx = contextWith({ CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: '' });
    expect((await backend.read(github, routed(ctx, asked))).reveal()).toBe(CANARY);
    expect(asked).toEqual([
      'https://secretmanager.googleapis.com/v1/projects/team-1/secrets/github/versions/latest:access',
    ]);
  });

  it('knows the sum that RFC 3720 has for 32 zeros', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  describe('as whom it asks', () => {
    const leave = async (content: Json): Promise<void> => {
      const folder = join(home.folder, '.config', 'gcloud');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'application_default_credentials.json'), JSON.stringify(content));
    };
    const nobody = { GOOGLE_APPLICATION_CREDENTIALS: '' };

    it('takes what gcloud left of a person, for whom it fetches a token', async () => {
      await leave(google.user);
      const asked: string[] = [];
      expect((await backend.read(github, routed(contextWith(nobody), asked))).reveal()).toBe(CANARY);
      expect(asked[0]).toBe('https://oauth2.googleapis.com/token');
      expect(google.requests[1]?.headers['x-goog-user-project']).toBe('team-1');
    });

    it('finds it in the folder of CLOUDSDK_CONFIG', async () => {
      const folder = join(home.folder, 'elsewhere');
      await mkdir(folder);
      await writeFile(join(folder, 'application_default_credentials.json'), JSON.stringify(google.account));
      expect(await read(github, { ...nobody, CLOUDSDK_CONFIG: folder })).toBe(CANARY);
    });

    it('becomes the service account that a person may become', async () => {
      await leave(google.impersonated);
      const asked: string[] = [];
      const ctx = contextWith({ ...nobody, GOOGLE_CLOUD_PROJECT: 'team-1' });
      expect((await backend.read(github, routed(ctx, asked))).reveal()).toBe(CANARY);
      expect(asked.map((url) => new URL(url).host)).toEqual([
        'oauth2.googleapis.com',
        'iamcredentials.googleapis.com',
        new URL(google.url).host,
      ]);
    });

    it('exchanges the token of a workload', async () => {
      const subject = join(home.folder, 'subject');
      await writeFile(subject, google.subjectToken);
      await writeFile(file, JSON.stringify(google.workload(subject)));
      const asked: string[] = [];
      const ctx = contextWith({ GOOGLE_CLOUD_PROJECT: 'team-1' });
      expect((await backend.read(github, routed(ctx, asked))).reveal()).toBe(CANARY);
      expect(asked[0]).toBe(`${google.url}/v1/token`);
      await writeFile(subject, 'canary-wrong-subject');
      expect(
        await failureOf(read(github, { GOOGLE_CLOUD_PROJECT: 'team-1' }), ['canary-wrong-subject']),
      ).toMatchObject({
        code: 'SECRET_DENIED',
      });
    });

    it('says that a session has ended', async () => {
      await leave({ ...google.user, refresh_token: 'canary-ended' });
      const failure = await failureOf(backend.read(github, routed(contextWith(nobody))), [
        'canary-ended',
        ...hidden(),
      ]);
      expect(failure).toMatchObject({ code: 'SECRET_DENIED', hint: expect.stringContaining('gcloud auth') });
    });

    it('says how to log in when nobody has', async () => {
      expect(await fails(github, nobody)).toMatchObject({
        code: 'SECRET_DENIED',
        hint: expect.stringContaining('gcloud auth application-default login'),
      });
    });

    it.each([
      CANARY,
      '[]',
      '{}',
      `{"type":"${CANARY}"}`,
      `{"type":"service_account","private_key":"${CANARY}","client_email":"x"}`,
    ])('does not take %s for credentials', async (content) => {
      await writeFile(file, content);
      expect(await fails(github, { GOOGLE_CLOUD_PROJECT: 'team-1' })).toMatchObject({
        code: 'SECRET_DENIED',
      });
      expect(google.requests).toEqual([]);
    });

    it('says that the file somebody named is not there', async () => {
      expect(
        await fails(github, { GOOGLE_APPLICATION_CREDENTIALS: join(home.folder, 'none') }),
      ).toMatchObject({
        code: 'SECRET_DENIED',
        message: expect.stringContaining('ENOENT'),
      });
    });

    it('is denied with the key of another account', async () => {
      const other = await startGcpDouble(newKeys());
      await writeFile(file, JSON.stringify(other.account));
      await other.close();
      expect(await fails()).toMatchObject({ code: 'SECRET_DENIED' });
    });
  });

  describe('what goes wrong', () => {
    it('finds no secret, no version and no project', async () => {
      expect(await fails({ secret: 'none' })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
      expect(await fails({ ...github, version: '9' })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
      const { project_id: _, ...account } = google.account;
      await writeFile(file, JSON.stringify(account));
      expect(await fails()).toMatchObject({
        code: 'SECRET_BACKEND_FAILED',
        hint: expect.stringContaining('GOOGLE_CLOUD_PROJECT'),
      });
    });

    it('may not read, and may not read what was disabled', async () => {
      google.disable('github', 2);
      expect(await fails()).toMatchObject({
        code: 'SECRET_NOT_FOUND',
        hint: expect.stringContaining('enable'),
      });
      google.isForbidden = true;
      expect(await fails()).toMatchObject({
        code: 'SECRET_DENIED',
        hint: expect.stringContaining('Accessor'),
      });
    });

    it('does not take a value that was damaged', async () => {
      const data = Buffer.from(CANARY).toString('base64');
      answers((response) => response.end(JSON.stringify({ payload: { data, dataCrc32c: '1' } })));
      expect(await fails()).toMatchObject({ message: 'gcp secret "github": it was damaged on its way' });
      answers((response) => response.end(JSON.stringify({ payload: { data } })));
      expect(await read()).toBe(CANARY);
    });

    it.each([
      ['', 'SECRET_EMPTY'],
      [Buffer.from([0xff, 0xfe]), 'SECRET_INVALID'],
      ['a\0b', 'SECRET_INVALID'],
      [CANARY.repeat(10_000), 'SECRET_TOO_LARGE'],
    ])('refuses a value that is none', async (value, code) => {
      google.put('github', value);
      expect(await fails()).toMatchObject({ code });
    });

    it('keeps the lines of a value', async () => {
      google.put('github', 'a\nb\r\n');
      expect(await read()).toBe('a\nb');
    });

    it.each([302, 400, 429, 500, 503])('has a word for status %i', async (status) => {
      answers((response) =>
        response.writeHead(status, { location: google.url }).end(`{"error":{"message":"${CANARY}"}}`),
      );
      expect(await fails()).toMatchObject({ code: 'SECRET_BACKEND_FAILED' });
      expect(google.requests).toHaveLength(1);
    });

    it.each([
      `<html>${CANARY}`,
      `{"payload":"${CANARY}"}`,
      `{"payload":{"data":"${CANARY}_"}}`,
      `{"payload":{"data":["${CANARY}"]}}`,
      '[]',
      '',
    ])('does not take %s for an answer of Google', async (body) => {
      answers((response) => response.end(body));
      expect(await fails()).toMatchObject({ code: 'SECRET_BACKEND_FAILED' });
    });

    it('stops reading what never ends', async () => {
      answers((response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(CANARY.repeat(4_000)));
        };
        response.on('drain', more);
        more();
      });
      expect(await fails()).toMatchObject({ code: 'SECRET_TOO_LARGE' });
    });

    it('says that nobody is there, also where tokens come from', async () => {
      const gone = { CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: 'http://127.0.0.1:1' };
      const expected = { code: 'SECRET_BACKEND_FAILED', message: expect.stringContaining('ECONNREFUSED') };
      expect(await fails(github, gone)).toMatchObject(expected);
      const subject = join(home.folder, 'subject');
      await writeFile(subject, google.subjectToken);
      const workload = { ...google.workload(subject), token_url: 'http://127.0.0.1:1/token' };
      await writeFile(file, JSON.stringify(workload));
      expect(await fails(github, { GOOGLE_CLOUD_PROJECT: 'team-1' })).toMatchObject(expected);
    });

    it.each(['http://secretmanager.example.com', 'canary', 'ftp://x'])(
      'sends no token to %s',
      async (url) => {
        const more = { CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: url };
        expect(await fails(github, more)).toMatchObject({ code: 'SECRET_BACKEND_FAILED' });
      },
    );

    it('does not wait for ever for one that never answers', async () => {
      google.lie = () => true;
      const ctx = contextWith();
      const clock = { ...ctx.system.clock, sleep: async () => undefined };
      const impatient = { ...ctx, system: { ...ctx.system, clock } };
      expect(await failureOf(backend.read(github, impatient), hidden())).toMatchObject({
        code: 'SECRET_TIMEOUT',
      });
    });

    it('gives up when it is told to', async () => {
      google.lie = () => true;
      const told = new AbortController();
      const reading = backend.read(github, { ...contextWith(), signal: told.signal });
      setTimeout(() => told.abort(new Error('enough')), 50);
      await expect(reading).rejects.toThrow('enough');
    });
  });

  describe('writing', () => {
    const write = (argument: Json): Promise<void> =>
      Promise.resolve(backend.write?.(argument, new SecretValue(`${CANARY}-ü`), contextWith()));

    it('adds a version', async () => {
      await write(github);
      expect(google.newest('github')).toBe(`${CANARY}-ü`);
      expect(await read({ ...github, version: '1' })).toBe('older');
    });

    it('creates no secret, changes no version, and says when it may not', async () => {
      expect(await failureOf(write({ secret: 'none' }), hidden())).toMatchObject({
        code: 'SECRET_NOT_FOUND',
      });
      expect(await failureOf(write({ ...github, version: '1' }), hidden())).toMatchObject({
        code: 'SECRET_NOT_WRITABLE',
      });
      google.isForbidden = true;
      expect(await failureOf(write(github), hidden())).toMatchObject({ code: 'SECRET_DENIED' });
    });
  });

  describe('the diagnosis', () => {
    it('says as whom it would ask, and asks nobody', async () => {
      expect(await backend.diagnose([github, { secret: 'x', project: 'other-2' }], contextWith())).toEqual({
        check: 'gcp',
        state: 'ok',
        detail: `project team-1, other-2, asked with "${file}"`,
      });
      expect(google.requests).toEqual([]);
    });

    it('sees that there are no credentials, no project, and no file', async () => {
      const none = { GOOGLE_APPLICATION_CREDENTIALS: '' };
      expect(await backend.diagnose([], contextWith(none))).toMatchObject({ state: 'warning' });
      const gone = { GOOGLE_APPLICATION_CREDENTIALS: join(home.folder, 'none') };
      expect(await backend.diagnose([], contextWith(gone))).toMatchObject({ state: 'failed' });
      await writeFile(file, '{"type":"authorized_user"}');
      expect(await backend.diagnose([], contextWith())).toMatchObject({
        state: 'failed',
        detail: 'gcp: there is no project',
      });
    });
  });
});
