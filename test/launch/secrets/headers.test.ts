import { describe, expect, it, vi } from 'vitest';
import { headersFor, URL_VARIABLE } from '../../../src/launch/secrets/headers.ts';
import type { HeadersLaunchRecord } from '../../../src/model/launch.ts';
import { SecretValue } from '../../../src/model/secret.ts';

const token = new SecretValue('s3cr3t');
const record = (changes: Partial<HeadersLaunchRecord> = {}): HeadersLaunchRecord => ({
  formatVersion: 1,
  server: 'api',
  url: 'https://api.example.com/mcp',
  headers: { Authorization: ['Bearer ', { secret: 'token' }] },
  secrets: { token: { backend: 'file', argument: '/srv/token' } },
  ...changes,
});
const resolve = async () => new Map([['token', token]]);
const ask = (url: string, own = record(), env = {}) =>
  headersFor(own, { [URL_VARIABLE]: url, ...env }, resolve);

describe('headers', () => {
  it.each([
    ['the URL as it is', 'https://api.example.com/mcp'],
    ['the same with its usual port and in capitals', 'HTTPS://API.example.com:443/mcp'],
  ])('are given for %s', async (_what, url) => {
    expect(await ask(url)).toEqual({ Authorization: 'Bearer s3cr3t' });
  });

  it('are given for the URL that its variables make, and for no other', async () => {
    const own = record({ url: ['https://', { env: 'HOST' }, '/', { env: 'WHERE', default: 'mcp' }] });
    expect(await ask('https://a.example.com/mcp', own, { HOST: 'a.example.com' })).toEqual({
      Authorization: 'Bearer s3cr3t',
    });
    await expect(ask('https://b.example.com/mcp', own, { HOST: 'a.example.com' })).rejects.toMatchObject({
      code: 'SECRET_NOT_GRANTED',
    });
    await expect(ask('https://b.example.com/mcp', own)).rejects.toMatchObject({ code: 'LAUNCH_VARIABLE' });
  });

  it('asks no backend before it is sure for whom', async () => {
    const asking = vi.fn(resolve);
    for (const url of ['https://evil.example.com/mcp', '', undefined]) {
      await expect(headersFor(record(), { [URL_VARIABLE]: url }, asking)).rejects.toMatchObject({
        code: 'SECRET_NOT_GRANTED',
      });
    }
    expect(asking).not.toHaveBeenCalled();
  });

  it.each(['a\nX-Evil: 1', 'a\r\nb', 'a\0', '\u001b[2J', 'a\u007f'])(
    'never have %j in a value',
    async (text) => {
      const lines = async () => new Map([['token', new SecretValue(text)]]);
      const env = { [URL_VARIABLE]: 'https://api.example.com/mcp' };
      await expect(headersFor(record(), env, lines)).rejects.toMatchObject({
        code: 'SECRET_INVALID',
        message: expect.not.stringContaining(text),
      });
    },
  );
});
