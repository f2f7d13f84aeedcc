import { describe, expect, it } from 'vitest';
import { type Call, call } from '../../../../src/providers/docker/connection/call.ts';
import type { Endpoint } from '../../../../src/providers/docker/endpoint.ts';
import { answering, errno } from './answering.ts';

const asked: Call = {
  operation: 'start',
  doing: 'start container "web"',
  method: 'POST',
  path: '/containers/web/start',
  timeoutMs: 60_000,
};

const lab: Endpoint = { kind: 'tcp', host: 'lab', port: 2376, tls: null };
const ssh: Endpoint = { kind: 'ssh', user: 'ann', host: 'lab', port: 22, path: null };
const socket: Endpoint = { kind: 'unix', path: '/run/lab.sock' };

describe('a call to an engine', () => {
  it('goes to the version that was agreed on, and is read whole', async () => {
    const { caller, lines } = answering(() => ({ body: { a: [1] } }));
    expect(await call(caller, { ...asked, query: { t: 5 } })).toMatchObject({
      status: 200,
      value: { a: [1] },
    });
    expect(lines()).toEqual(['POST /v1.51/containers/web/start?t=5']);
  });

  it('may be answered with nothing', async () => {
    const { caller } = answering(() => ({ status: 204 }));
    expect((await call(caller, asked)).value).toBeNull();
  });

  it('fails with the words of the engine, unless the status is fine', async () => {
    const { caller } = answering(() => ({ status: 404, body: { message: 'No such container: web' } }));
    await expect(call(caller, asked)).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
      message: 'docker@lab would not start container "web": No such container: web',
    });
    expect(await call(caller, { ...asked, fine: [404] })).toMatchObject({ status: 404 });
  });

  it.each<[string, Endpoint, string, string]>([
    ['ENOENT', socket, 'ENGINE_UNAVAILABLE', 'there is no socket "/run/lab.sock"'],
    ['ECONNREFUSED', lab, 'ENGINE_UNAVAILABLE', 'nothing listens at "tcp://lab:2376"'],
    ['EACCES', socket, 'ENGINE_UNAVAILABLE', 'you may not use socket "/run/lab.sock"'],
    ['ECONNRESET', socket, 'ENGINE_UNAVAILABLE', 'the connection to socket "/run/lab.sock" ended'],
    ['ENOTFOUND', lab, 'ENGINE_UNAVAILABLE', '"tcp://lab:2376" cannot be reached (ENOTFOUND)'],
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      lab,
      'ENGINE_UNAVAILABLE',
      '"tcp://lab:2376" and this machine do not trust each other (SELF_SIGNED_CERT_IN_CHAIN)',
    ],
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      lab,
      'ENGINE_UNAVAILABLE',
      '"tcp://lab:2376" and this machine do not trust each other (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    ],
    ['HPE_INVALID_CONSTANT', lab, 'ENGINE_FAILED', 'what listens at "tcp://lab:2376" is no container engine'],
    ['ESSH', ssh, 'ENGINE_UNAVAILABLE', 'ssh says: connect ESSH'],
  ])('says in words what %s is', async (errnoCode, endpoint, code, what) => {
    const found = { endpoint, saidBy: 'the Docker context "lab"' };
    const { caller } = answering(() => errno(errnoCode), { found });
    await expect(call(caller, asked)).rejects.toMatchObject({
      code,
      message: `docker@lab could not start container "web": ${what}`,
      hint: expect.stringMatching(/lab|group|engine/),
    });
  });

  it('is made again when the connection had been closed, unless it changes something', async () => {
    const closed = answering((_, count) => (count === 1 ? errno('ECONNRESET') : { body: {} }));
    expect(await call(closed.caller, { ...asked, method: 'GET' })).toMatchObject({ status: 200 });
    expect(closed.requests).toHaveLength(2);
    const dead = answering(() => errno('ECONNRESET'));
    await expect(call(dead.caller, { ...asked, method: 'GET' })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
    });
    expect(dead.requests).toHaveLength(2);
    const change = answering(() => errno('ECONNRESET'));
    await expect(call(change.caller, asked)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect(change.requests).toHaveLength(1);
  });

  it('says which ssh must work', async () => {
    const { caller } = answering(() => errno('ESSH'), { found: { endpoint: ssh, saidBy: null } });
    await expect(call(caller, asked)).rejects.toMatchObject({
      hint: '`ssh -p 22 ann@lab docker version` must work, and must not ask anything',
    });
  });

  it('leaves alone what is a bug', async () => {
    const { caller } = answering(() => new TypeError('x is not a function'));
    await expect(call(caller, asked)).rejects.toThrow(TypeError);
  });

  it('is given up when its time is over, whether the engine is silent or stops in the middle', async () => {
    const begun = async function* () {
      yield Buffer.from('{"a":');
      await new Promise(() => undefined);
    };
    for (const said of ['never', { body: begun() }] as const) {
      const { caller } = answering(() => said);
      await expect(call(caller, asked)).rejects.toMatchObject({
        code: 'ENGINE_TIMEOUT',
        message: 'docker@lab did not start container "web" within 60 s',
      });
    }
  });

  it('fails when the engine dies in the middle of its answer', async () => {
    const begun = async function* () {
      yield Buffer.from('{"a":');
      throw errno('ECONNRESET');
    };
    const { caller } = answering(() => ({ body: begun() }));
    await expect(call(caller, asked)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  });

  it('ends with the reason when it is not wanted any more', async () => {
    const { caller } = answering(() => 'never');
    const controller = new AbortController();
    const never = call(caller, { ...asked, signals: [undefined, controller.signal] });
    const reason = new Error('interrupted');
    controller.abort(reason);
    await expect(never).rejects.toBe(reason);
  });
});
