import { describe, expect, it } from 'vitest';
import { isNewer, negotiate } from '../../../../src/providers/docker/connection/negotiate.ts';
import { answering } from './answering.ts';

const { signal } = new AbortController();
const unknown = { version: null };

describe('the version of the API', () => {
  it.each([
    ['1.41', '1.41', ['GET /_ping']],
    ['1.51', '1.51', ['GET /_ping']],
    ['1.60', '1.51', ['GET /_ping', 'GET /v1.51/_ping']],
    ['2.0', '1.51', ['GET /_ping', 'GET /v1.51/_ping']],
  ])('of an engine that knows %s is %s', async (offered, version, asked) => {
    const { caller, lines } = answering(() => ({ headers: { 'api-version': offered } }), unknown);
    expect(await negotiate(caller, signal)).toMatchObject({ version, isPodman: false });
    expect(lines()).toEqual(asked);
  });

  it('is that of an engine which speaks nothing as old as what is known here', async () => {
    const { caller } = answering(
      ({ path }) =>
        path === '/_ping'
          ? { headers: { 'api-version': '1.70' } }
          : { status: 400, body: { message: 'client version 1.51 is too old. Minimum is 1.60' } },
      unknown,
    );
    expect(await negotiate(caller, signal)).toMatchObject({ version: '1.70' });
  });

  it('comes with whether it is Podman', async () => {
    const headers = { 'api-version': '1.41', 'libpod-api-version': '4.3.1' };
    const { caller } = answering(() => ({ headers }), unknown);
    expect(await negotiate(caller, signal)).toMatchObject({ version: '1.41', isPodman: true });
  });

  it.each([{}, { 'api-version': 'x' }])('is not that of another program: %j', async (headers) => {
    const { caller } = answering(() => ({ headers }), unknown);
    await expect(negotiate(caller, signal)).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: 'what answers as docker@lab is no container engine',
      hint: 'see what listens there, and correct the Docker context "lab"',
    });
  });

  it('is compared by its numbers', () => {
    expect([isNewer('1.9', '1.10'), isNewer('1.51', '1.51'), isNewer('2.0', '1.99')]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
