import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { refuseForbidden } from '../../../src/system/http/addresses.ts';
import { openClient } from '../../../src/system/http/client.ts';

const isRefused = (address: string): boolean => {
  try {
    refuseForbidden(address, { isPublicOnly: true });
    return false;
  } catch {
    return true;
  }
};

describe('a request for public addresses only', () => {
  it.each([
    '0.0.0.0',
    '127.0.0.1',
    '127.255.255.254',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '[::1]',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    'fc00::1',
    'fdff::1',
    'fec0::1',
    'ff02::1',
    '64:ff9b::a00:1',
    '64:ff9b::c0a8:101',
    '2002:7f00:1::1',
  ])('does not go to %s', (address) => {
    expect(isRefused(address)).toBe(true);
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '192.169.0.1', '2606:4700::1', '64:ff9b::808:808', '::2'])(
    'goes to %s',
    (address) => {
      expect(isRefused(address)).toBe(false);
    },
  );

  it('does not go there by a name either, while another request may', async () => {
    const resolve: LookupFunction = (_name, _options, callback) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    const { request } = openClient({}, resolve);
    const ask = { method: 'GET', url: 'http://rebound.example.com:1/', timeoutMs: 2000 } as const;
    await expect(request({ ...ask, isPublicOnly: true })).rejects.toMatchObject({
      code: 'EACCES',
      message: expect.stringContaining('private'),
    });
    await expect(request(ask)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
