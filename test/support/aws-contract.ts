import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import { SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/aws/backend.ts';
import { AWS_KEYS, type AwsServer } from './aws-server.ts';
import { realContext } from './real-context.ts';
import { CANARY, failureOf } from './secret-canary.ts';
import { type Home, throwawayHome } from './throwaway-home.ts';

/** What holds before anything that speaks AWS's protocol. */
export function describeAws(name: string, start: (home: Home) => Promise<AwsServer>): void {
  describe(`the aws backend, before ${name}`, () => {
    let home: Home;
    let aws: AwsServer;
    let env: Record<string, string>;

    beforeAll(async () => {
      home = await throwawayHome();
      aws = await start(home);
      env = {
        ...AWS_KEYS,
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: aws.url,
        AWS_EC2_METADATA_DISABLED: 'true',
      };
    });
    afterAll(async () => {
      await aws.close();
      await home.remove();
    });

    const read = async (argument: Json, more: Record<string, string> = {}): Promise<string> =>
      (await backend.read(argument, realContext(home, { ...env, ...more }))).reveal();
    const write = (argument: Json, value = CANARY): Promise<void> =>
      Promise.resolve(backend.write?.(argument, new SecretValue(value), realContext(home, env)));
    const fails = (action: Promise<unknown>) => failureOf(action, [AWS_KEYS.AWS_SECRET_ACCESS_KEY]);

    it('reads a secret, without its last line end, and with its other lines', async () => {
      await aws.putSecret('mcp/plain', `${CANARY}\nsecond\n`);
      expect(await read({ secret: 'mcp/plain' })).toBe(`${CANARY}\nsecond`);
    });

    it('reads a key of a JSON object, numbers and booleans as text', async () => {
      await aws.putSecret('mcp/json', JSON.stringify({ token: CANARY, port: 8200, on: true, none: null }));
      expect(await read({ secret: 'mcp/json', key: 'token' })).toBe(CANARY);
      expect(await read({ secret: 'mcp/json', key: 'port' })).toBe('8200');
      expect(await read({ secret: 'mcp/json', key: 'on' })).toBe('true');
      expect(await fails(read({ secret: 'mcp/json', key: 'none' }))).toMatchObject({
        code: 'SECRET_INVALID',
      });
      expect(await fails(read({ secret: 'mcp/json', key: 'toString' }))).toMatchObject({
        code: 'SECRET_NOT_FOUND',
      });
    });

    it('reads bytes that are text, and refuses others', async () => {
      await aws.putSecret('mcp/bytes', Buffer.from(`${CANARY}-ü`));
      expect(await read({ secret: 'mcp/bytes' })).toBe(`${CANARY}-ü`);
      await aws.putSecret('mcp/image', Buffer.from([0xff, 0xfe, 0x00]));
      expect(await fails(read({ secret: 'mcp/image' }))).toMatchObject({ code: 'SECRET_INVALID' });
    });

    it('reads a parameter, decrypted', async () => {
      await aws.putParameter('/mcp/token', CANARY);
      expect(await read({ parameter: '/mcp/token' })).toBe(CANARY);
      await aws.putParameter('/mcp/json', JSON.stringify({ token: CANARY }));
      expect(await read({ parameter: '/mcp/json', key: 'token' })).toBe(CANARY);
    });

    it('finds neither secret nor parameter', async () => {
      for (const argument of [{ secret: 'none' }, { parameter: '/none' }]) {
        expect(await fails(read(argument))).toMatchObject({ code: 'SECRET_NOT_FOUND' });
        expect(await fails(write(argument))).toMatchObject({ code: 'SECRET_NOT_FOUND' });
      }
    });

    it('takes no text for a JSON object', async () => {
      expect(await fails(read({ secret: 'mcp/plain', key: 'token' }))).toMatchObject({
        code: 'SECRET_INVALID',
        message: 'aws secret "mcp/plain" key "token": what is there is no JSON object',
      });
    });

    it('asks as a profile of the files, and in its region', async () => {
      const file = join(home.folder, '.aws', 'config');
      await mkdir(dirname(file), { recursive: true });
      const keys = `aws_access_key_id = ${AWS_KEYS.AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_KEYS.AWS_SECRET_ACCESS_KEY}`;
      await writeFile(file, `[profile work]\nregion = eu-west-1\n${keys}\nendpoint_url = ${aws.url}\n`);
      const bare = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_REGION: '', AWS_ENDPOINT_URL: '' };
      expect(await read({ secret: 'mcp/plain', profile: 'work' }, bare)).toContain(CANARY);
      expect(await read({ secret: 'mcp/plain' }, { ...bare, AWS_PROFILE: 'work' })).toContain(CANARY);
      expect(await fails(read({ secret: 'mcp/plain', profile: 'nobody' }))).toMatchObject({
        code: 'SECRET_DENIED',
      });
    });

    it('writes a whole secret and a key of one, and keeps the other keys', async () => {
      await aws.putSecret('mcp/whole', 'old');
      await write({ secret: 'mcp/whole' });
      expect(await read({ secret: 'mcp/whole' })).toBe(CANARY);
      await aws.putSecret('mcp/keys', '{"token":"old","other":"kept"}');
      await write({ secret: 'mcp/keys', key: 'token' });
      expect(await read({ secret: 'mcp/keys', key: 'token' })).toBe(CANARY);
      expect(await read({ secret: 'mcp/keys', key: 'other' })).toBe('kept');
    });

    it('writes a parameter and a key of one, and keeps the key that encrypts it', async () => {
      await aws.putParameter('/mcp/whole', 'old', { Type: 'SecureString', KeyId: 'alias/team' });
      await write({ parameter: '/mcp/whole' });
      expect(await read({ parameter: '/mcp/whole' })).toBe(CANARY);
      const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: ['/mcp/whole'] }];
      const described = await aws.ask('AmazonSSM.DescribeParameters', { ParameterFilters });
      expect(described).toMatchObject({ Parameters: [{ KeyId: 'alias/team', Type: 'SecureString' }] });
      await aws.putParameter('/mcp/keys', '{"token":"old","other":"kept"}');
      await write({ parameter: '/mcp/keys', key: 'token' });
      expect(await read({ parameter: '/mcp/keys', key: 'token' })).toBe(CANARY);
      expect(await read({ parameter: '/mcp/keys', key: 'other' })).toBe('kept');
    });
  });
}
