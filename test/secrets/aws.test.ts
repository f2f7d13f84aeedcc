import { mkdir, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import { SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/aws/backend.ts';
import { describeAws } from '../support/aws-contract.ts';
import { AWS_KEYS, type AwsDouble, startAwsDouble } from '../support/aws-server.ts';
import { realContext } from '../support/real-context.ts';
import { CANARY, failureOf } from '../support/secret-canary.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

describeAws('aws-double', startAwsDouble);

describe('the aws backend, when aws-double misbehaves', () => {
  let home: Home;
  let aws: AwsDouble;
  let env: Record<string, string>;

  beforeEach(async () => {
    home = await throwawayHome();
    aws = await startAwsDouble();
    await aws.putSecret('mcp/token', CANARY);
    env = {
      ...AWS_KEYS,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: aws.url,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await aws.close();
    await home.remove();
  });

  const token = { secret: 'mcp/token' };
  const read = async (argument: Json = token, more: Record<string, string> = {}): Promise<string> =>
    (await backend.read(argument, realContext(home, { ...env, ...more }))).reveal();
  const fails = (argument: Json = token, more: Record<string, string> = {}) =>
    failureOf(read(argument, more), [AWS_KEYS.AWS_SECRET_ACCESS_KEY, more['AWS_SECRET_ACCESS_KEY']]);
  const failsToWrite = (argument: Json) =>
    failureOf(Promise.resolve(backend.write?.(argument, new SecretValue(CANARY), realContext(home, env))), [
      AWS_KEYS.AWS_SECRET_ACCESS_KEY,
    ]);
  const answers = (lie: (response: ServerResponse) => unknown): void => {
    aws.lie = (_, response) => {
      lie(response);
      return true;
    };
  };
  const refuses = (type: string, status = 400): void =>
    answers((response) =>
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ __type: type, message: CANARY, Message: CANARY })),
    );

  it.each([
    ['ResourceNotFoundException', 'SECRET_NOT_FOUND'],
    ['InvalidRequestException', 'SECRET_NOT_FOUND'],
    ['AccessDeniedException', 'SECRET_DENIED'],
    ['DecryptionFailure', 'SECRET_DENIED'],
    ['ExpiredTokenException', 'SECRET_DENIED'],
    ['UnrecognizedClientException', 'SECRET_DENIED'],
    ['InvalidSignatureException', 'SECRET_DENIED'],
    ['ThrottlingException', 'SECRET_BACKEND_FAILED'],
    ['InternalServiceError', 'SECRET_BACKEND_FAILED'],
    [CANARY, 'SECRET_BACKEND_FAILED'],
  ])('has a meaning for %s', async (type, code) => {
    refuses(type);
    expect(await fails()).toMatchObject({ code });
    expect(aws.requests.length).toBeLessThanOrEqual(2);
  });

  it('is denied with the wrong key', async () => {
    const wrong = { AWS_SECRET_ACCESS_KEY: 'canary-wrong-key' };
    expect(await fails(token, wrong)).toMatchObject({ code: 'SECRET_DENIED' });
    expect(await fails(token, { AWS_ACCESS_KEY_ID: 'nobody' })).toMatchObject({ code: 'SECRET_DENIED' });
  });

  it('sends the token of a session along', async () => {
    expect(await read(token, { AWS_SESSION_TOKEN: 'canary-session' })).toBe(CANARY);
    expect(aws.requests[0]?.headers['x-amz-security-token']).toBe('canary-session');
  });

  it.each([
    `<html>${CANARY}`,
    `"${CANARY}"`,
    `{"SecretString":["${CANARY}"]}`,
    '{}',
    'null',
    '',
    `{"${CANARY}`,
  ])('does not take %s for an answer of AWS', async (body) => {
    answers((response) => response.end(body));
    expect((await fails()).code).toMatch(/^SECRET_(BACKEND_FAILED|EMPTY|INVALID)$/);
  });

  it.each([
    [403, 'SECRET_DENIED', 1],
    [407, 'SECRET_BACKEND_FAILED', 1],
    [502, 'SECRET_BACKEND_FAILED', 2],
  ])('says the status %i of a page that somebody else sent', async (status, code, requests) => {
    answers((response) => response.writeHead(status).end(`<html>${CANARY}`));
    expect(await fails()).toMatchObject({ code, message: expect.stringContaining(String(status)) });
    expect(aws.requests).toHaveLength(requests);
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

  it('follows no redirect', async () => {
    const elsewhere = await startAwsDouble();
    answers((response) => response.writeHead(307, { location: elsewhere.url }).end());
    expect(await fails()).toMatchObject({ code: 'SECRET_BACKEND_FAILED' });
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  it('says that nobody is there', async () => {
    expect(await fails(token, { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' })).toMatchObject({
      code: 'SECRET_BACKEND_FAILED',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('does not wait for ever for one that never answers', async () => {
    aws.lie = () => true;
    const ctx = realContext(home, env);
    const clock = { ...ctx.system.clock, sleep: async () => undefined };
    const impatient = { ...ctx, system: { ...ctx.system, clock } };
    expect(await failureOf(backend.read(token, impatient), [AWS_KEYS.AWS_SECRET_ACCESS_KEY])).toMatchObject({
      code: 'SECRET_TIMEOUT',
    });
  });

  it('gives up when it is told to', async () => {
    aws.lie = () => true;
    const told = new AbortController();
    const reading = backend.read(token, { ...realContext(home, env), signal: told.signal });
    setTimeout(() => told.abort(new Error('enough')), 50);
    await expect(reading).rejects.toThrow('enough');
  });

  describe('where it asks', () => {
    it('asks nobody over http but this machine', async () => {
      for (const url of ['http://secretsmanager.example.com', 'ftp://x', 'canary']) {
        expect(await fails(token, { AWS_ENDPOINT_URL: url })).toMatchObject({
          code: 'SECRET_BACKEND_FAILED',
        });
      }
    });

    it('needs a region that can be part of a name of AWS', async () => {
      expect(await fails(token, { AWS_REGION: '' })).toMatchObject({
        code: 'SECRET_BACKEND_FAILED',
        hint: expect.stringContaining('AWS_REGION'),
      });
      expect(await fails({ ...token, region: 'evil.example.com/' })).toMatchObject({
        code: 'SECRET_NOT_FOUND',
      });
      expect(aws.requests).toEqual([]);
    });

    it.each([
      [{ secret: 'x' }, {}, 'https://secretsmanager.eu-west-1.amazonaws.com/'],
      [{ secret: 'x', region: 'cn-north-1' }, {}, 'https://secretsmanager.cn-north-1.amazonaws.com.cn/'],
      [
        { secret: 'arn:aws:secretsmanager:us-east-2:1:secret:x' },
        {},
        'https://secretsmanager.us-east-2.amazonaws.com/',
      ],
      [
        { parameter: 'x' },
        { AWS_REGION: '', AWS_DEFAULT_REGION: 'sa-east-1' },
        'https://ssm.sa-east-1.amazonaws.com/',
      ],
      [{ parameter: 'x' }, { AWS_USE_FIPS_ENDPOINT: 'true' }, 'https://ssm-fips.eu-west-1.amazonaws.com/'],
      [{ parameter: 'x' }, { AWS_ENDPOINT_URL_SSM: 'https://ssm.example.com' }, 'https://ssm.example.com/'],
    ])('asks for %o with %o at %s', async (argument, more, url) => {
      const asked: string[] = [];
      const ctx = realContext(home, { ...env, AWS_ENDPOINT_URL: '', ...more });
      const network = {
        request: async (request: { readonly url: string }) => {
          asked.push(request.url);
          throw Object.assign(new Error('no network'), { code: 'ENETUNREACH' });
        },
      };
      await failureOf(backend.read(argument, { ...ctx, system: { ...ctx.system, network } }));
      expect([...new Set(asked)]).toEqual([url]);
    });

    it('asks where it was told at approval, whatever the process is told now', async () => {
      const trap = await startAwsDouble();
      const config = join(home.folder, 'trap');
      await writeFile(config, `[default]\nregion = eu-west-1\nendpoint_url = ${trap.url}\n`);
      const names = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_ENDPOINT_URL_STS'];
      for (const name of names) vi.stubEnv(name, trap.url);
      vi.stubEnv('AWS_CONFIG_FILE', config);
      vi.stubEnv('AWS_PROFILE', 'trap');
      vi.stubEnv('AWS_REGION', 'us-east-1');
      expect(await read()).toBe(CANARY);
      expect(aws.requests[0]?.headers.authorization).toContain('/eu-west-1/secretsmanager/');
      const ctx = realContext(home, { ...env, AWS_ENDPOINT_URL: '' });
      const network = {
        request: async ({ url }: { readonly url: string }) => {
          expect(url).toBe('https://secretsmanager.eu-west-1.amazonaws.com/');
          throw Object.assign(new Error('no network'), { code: 'ENETUNREACH' });
        },
      };
      await failureOf(backend.read(token, { ...ctx, system: { ...ctx.system, network } }));
      expect(trap.requests).toEqual([]);
      await trap.close();
    });

    it('asks for a role where AWS gives out roles, whatever the process is told now', async () => {
      const [id, key] = Object.values(AWS_KEYS);
      const config = join(home.folder, 'config');
      await writeFile(
        config,
        `[profile role]\nrole_arn = arn:aws:iam::1:role/mcp\nsource_profile = base\n[profile base]\naws_access_key_id=${id}\naws_secret_access_key=${key}\n`,
      );
      vi.stubEnv('AWS_ENDPOINT_URL_STS', aws.url);
      vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
      const asked: string[] = [];
      const ctx = realContext(home, { ...env, AWS_ENDPOINT_URL: '', AWS_CONFIG_FILE: config });
      const network = {
        request: async ({ url }: { readonly url: string }) => {
          asked.push(url);
          throw Object.assign(new Error('no network'), { code: 'ENETUNREACH' });
        },
      };
      const other = { ...ctx, system: { ...ctx.system, network } };
      expect(await failureOf(backend.read({ ...token, profile: 'role' }, other), [key])).toMatchObject({
        code: 'SECRET_BACKEND_FAILED',
        message: expect.stringContaining('ENETUNREACH'),
      });
      expect([...new Set(asked)]).toEqual(['https://sts.eu-west-1.amazonaws.com/']);
      expect(aws.requests).toEqual([]);
    });

    it('finds the endpoint of a service in the sections of the file', async () => {
      await mkdir(join(home.folder, '.aws'));
      await writeFile(
        join(home.folder, '.aws', 'config'),
        `[default]\nservices = mine # ours\n[services mine]\nsecrets_manager =\n  endpoint_url = ${aws.url}\nssm =\n  endpoint_url = http://127.0.0.1:1\n`,
      );
      expect(await read(token, { AWS_ENDPOINT_URL: '' })).toBe(CANARY);
    });
  });

  describe('as whom it asks', () => {
    it('says how to log in when nobody has', async () => {
      expect(await fails(token, { AWS_ACCESS_KEY_ID: '' })).toMatchObject({
        code: 'SECRET_DENIED',
        hint: expect.stringContaining('aws configure'),
      });
      expect(aws.requests).toEqual([]);
    });

    it('says that a session of single sign-on is not there', async () => {
      await mkdir(join(home.folder, '.aws'));
      await writeFile(
        join(home.folder, '.aws', 'config'),
        '[profile sso]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://mcpform.invalid/start\n',
      );
      expect(await fails({ ...token, profile: 'sso' })).toMatchObject({ code: 'SECRET_DENIED' });
    });

    it('runs the program of a profile for its credentials', async () => {
      await mkdir(join(home.folder, '.aws'));
      const { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey } = AWS_KEYS;
      const file = join(home.folder, 'credentials.json');
      await writeFile(file, JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }));
      await writeFile(join(home.folder, '.aws', 'config'), `[default]\ncredential_process = cat ${file}\n`);
      expect(await read(token, { AWS_ACCESS_KEY_ID: '' })).toBe(CANARY);
      await writeFile(file, `{"${CANARY}`);
      expect(await fails(token, { AWS_ACCESS_KEY_ID: '' })).toMatchObject({ code: 'SECRET_DENIED' });
    });
  });

  describe('writing', () => {
    it('tells that somebody else was faster', async () => {
      await aws.putSecret('mcp/json', '{"token":"old"}');
      aws.lie = ({ input }, response) => {
        const isBefore = input['VersionStage'] === 'AWSPREVIOUS';
        if (isBefore) response.end('{"VersionId":"theirs","SecretString":"{}"}');
        return isBefore;
      };
      expect(await failsToWrite({ secret: 'mcp/json', key: 'token' })).toMatchObject({
        message: expect.stringContaining('meanwhile'),
      });
    });

    it('keeps numbers of other keys as they are, or writes nothing', async () => {
      await aws.putSecret('mcp/json', '{"id":12345678901234567890}');
      expect(await failsToWrite({ secret: 'mcp/json', key: 'token' })).toMatchObject({
        code: 'SECRET_NOT_WRITABLE',
      });
      expect(aws.requests.map(({ target }) => target)).toEqual(['secretsmanager.GetSecretValue']);
    });

    it('tells that somebody else was faster with a parameter, and changes no key that it does not know', async () => {
      await aws.putParameter('/mcp/json', '{"token":"old"}');
      const answerTo = (wanted: string, answer: Json): void => {
        aws.lie = ({ target }, response) => {
          if (target === wanted) response.end(JSON.stringify(answer));
          return target === wanted;
        };
      };
      answerTo('AmazonSSM.PutParameter', { Version: 9 });
      expect(await failsToWrite({ parameter: '/mcp/json', key: 'token' })).toMatchObject({
        message: expect.stringContaining('meanwhile'),
      });
      answerTo('AmazonSSM.DescribeParameters', { Parameters: [], NextToken: 'more' });
      expect(await failsToWrite({ parameter: '/mcp/json' })).toMatchObject({ code: 'SECRET_NOT_WRITABLE' });
    });

    it('writes no parameter by its ARN', async () => {
      expect(await failsToWrite({ parameter: 'arn:aws:ssm:eu-west-1:1:parameter/x' })).toMatchObject({
        code: 'SECRET_NOT_WRITABLE',
      });
    });
  });

  describe('the diagnosis', () => {
    const diagnose = (more: Record<string, string> = {}, sources: readonly Json[] = [token]) =>
      backend.diagnose(sources, realContext(home, { ...env, ...more }));

    it('says as whom it would ask, and asks nobody', async () => {
      expect(await diagnose()).toEqual({
        check: 'aws',
        state: 'ok',
        detail: 'eu-west-1, asked with AWS_ACCESS_KEY_ID',
      });
      expect(await diagnose({}, [])).toMatchObject({ state: 'ok' });
      expect(aws.requests).toEqual([]);
    });

    it('sees that there is no region, no profile, and nobody', async () => {
      expect(await diagnose({ AWS_REGION: '' })).toMatchObject({
        state: 'failed',
        detail: 'aws secret "mcp/token": there is no region',
      });
      expect(await diagnose({ AWS_PROFILE: 'gone' })).toMatchObject({
        state: 'failed',
        detail: expect.stringContaining('there is no profile "gone"'),
      });
      expect(await diagnose({ AWS_ACCESS_KEY_ID: '' })).toMatchObject({ state: 'warning' });
    });
  });
});
