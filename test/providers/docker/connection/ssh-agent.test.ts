import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Processes, RunningProgram } from '../../../../src/model/system.ts';
import { openClient, type Send } from '../../../../src/providers/docker/client.ts';
import { readText } from '../../../../src/providers/docker/connection/read-answer.ts';
import type { Endpoint } from '../../../../src/providers/docker/endpoint.ts';
import { memorySystem } from '../../../../src/system/memory.ts';
import { contextOn } from '../../../state/machine.ts';
import { type LocalEngine, startLocalEngine } from './local-engine.ts';

const engines: LocalEngine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});

interface Started {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  isKept: boolean;
  isEnded: boolean;
}

const lab = { kind: 'ssh', user: 'ann', host: 'lab', port: 2222, path: null } as const;
const signal = (): AbortSignal => new AbortController().signal;

/** Each `ssh` is a connection to the same engine. */
async function throughSsh(
  answer: Parameters<typeof startLocalEngine>[0],
  endpoint: Endpoint = lab,
): Promise<{ send: Send; started: readonly Started[]; engine: LocalEngine }> {
  const engine = await startLocalEngine(answer);
  engines.push(engine);
  const started: Started[] = [];
  const start: Processes['start'] = async (command, args, { env }) => {
    const each: Started = { command, args, env, isKept: true, isEnded: false };
    started.push(each);
    return throughSocket(engine.socket, each);
  };
  const { ctx } = contextOn(memorySystem({ start }));
  return { send: openClient(endpoint, { ...ctx, env: { PATH: '/bin', GONE: undefined } }), started, engine };
}

function throughSocket(path: string, each: Started): RunningProgram {
  const socket = connect(path);
  socket.on('error', () => undefined);
  const ended = once(socket, 'close').then(() => {
    each.isEnded = true;
    return { exitCode: 0, signal: null };
  });
  return {
    pid: 1,
    stdout: untilItEnds(socket),
    stderr: silence(),
    ended,
    write: (data) => void socket.write(data),
    closeInput: () => void socket.end(),
    signal: () => socket.destroy() !== undefined,
    keep: (isKept) => {
      each.isKept = isKept;
    },
  };
}

async function* untilItEnds(socket: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* socket;
  } catch {
    // By us.
  }
}

async function* silence(): AsyncGenerator<Uint8Array> {}

const ask = async (send: Send, path = '/x'): Promise<string> =>
  readText(await send({ method: 'GET', path, signal: signal() }));

describe('an engine behind ssh', () => {
  it('is reached with the docker command on the other side', async () => {
    const { send, started } = await throughSsh(({ url }, response) => response.end(url));
    expect(await ask(send)).toBe('/x');
    expect(started).toMatchObject([
      {
        command: 'ssh',
        args: [
          ...['-l', 'ann', '-p', '2222', '-T', '-o', 'ConnectTimeout=30', '--'],
          ...['lab', 'docker', 'system', 'dial-stdio'],
        ],
        env: { PATH: '/bin' },
      },
    ]);
  });

  it('may listen elsewhere there, and belong to whoever ssh says', async () => {
    const endpoint = { ...lab, user: null, port: null, path: '/run/user/1000/docker.sock' };
    const { send, started } = await throughSsh(({ url }, response) => response.end(url), endpoint);
    await ask(send);
    const there = ['docker', '--host', 'unix:///run/user/1000/docker.sock', 'system', 'dial-stdio'];
    expect(started[0]?.args).toEqual(['-T', '-o', 'ConnectTimeout=30', '--', 'lab', ...there]);
  });

  it('is asked over and over on one connection, which keeps nobody once it is idle', async () => {
    const { send, started } = await throughSsh(({ url }, response) => response.end(url));
    for (let count = 0; count < 5; count += 1) expect(await ask(send, `/${count}`)).toBe(`/${count}`);
    expect(started).toHaveLength(1);
    await vi.waitFor(() => expect(started[0]?.isKept).toBe(false));
    const again = ask(send);
    expect(started[0]?.isKept).toBe(true);
    await again;
  });

  it('is asked on six connections at most, and everybody is answered', async () => {
    const { send, started } = await throughSsh(({ url }, response) => response.end(url));
    const paths = Array.from({ length: 40 }, (_, count) => `/${count}`);
    expect(await Promise.all(paths.map((path) => ask(send, path)))).toEqual(paths);
    expect(started).toHaveLength(6);
  });

  it('gives what goes on for long a connection of its own', async () => {
    const { send, started } = await throughSsh(({ url }, response) => {
      if (url === '/logs') response.write('line\n');
      else response.end(url);
    });
    const long = await Promise.all(
      Array.from({ length: 7 }, () => send({ method: 'GET', path: '/logs', signal: signal(), isLong: true })),
    );
    expect(await ask(send)).toBe('/x');
    expect(started).toHaveLength(8);
    for (const answer of long) answer.close();
    await vi.waitFor(() => expect(started.filter(({ isEnded }) => isEnded)).toHaveLength(7));
    expect(await ask(send)).toBe('/x');
    expect(started).toHaveLength(8);
    const brief = await send({ method: 'GET', path: '/x', signal: signal(), isLong: true });
    await readText(brief);
    expect(started).toHaveLength(9);
    await vi.waitFor(() => expect(started[8]?.isEnded).toBe(true));
  });

  it('is let go of when a request is, and reached again', async () => {
    const { send, started, engine } = await throughSsh(({ url }, response) => {
      if (url !== '/never') response.end(url);
    });
    const controller = new AbortController();
    const never = send({ method: 'GET', path: '/never', signal: controller.signal });
    await vi.waitFor(() => expect(engine.heard).toHaveLength(1));
    controller.abort();
    await expect(never).rejects.toMatchObject({ code: 'ABORT_ERR' });
    await vi.waitFor(() => expect(started[0]?.isEnded).toBe(true));
    expect(await ask(send)).toBe('/x');
    expect(started).toHaveLength(2);
  });

  it('keeps a connection that a request was to have which is not wanted any more', async () => {
    const { send, started } = await throughSsh(({ url }, response) => response.end(url));
    await expect(send({ method: 'GET', path: '/x', signal: AbortSignal.abort() })).rejects.toThrow();
    expect(await ask(send)).toBe('/x');
    expect(started.length).toBeLessThan(3);
  });

  it('is reached again after it has closed an idle connection', async () => {
    const { send, started } = await throughSsh(({ url }, response) => {
      const { socket } = response;
      response.on('finish', () => setTimeout(() => socket?.destroy(), 10));
      response.end(url);
    });
    await ask(send);
    await vi.waitFor(() => expect(started[0]?.isEnded).toBe(true));
    expect(await ask(send)).toBe('/x');
    expect(started).toHaveLength(2);
  });
});

describe('an ssh that fails', () => {
  const failing = (program: Partial<RunningProgram> | Error): Send => {
    const start: Processes['start'] = async () => {
      if (program instanceof Error) throw program;
      const none = { pid: 1, stdout: silence(), stderr: silence(), write: () => {}, closeInput: () => {} };
      const ended = Promise.resolve({ exitCode: 255, signal: null });
      return { ...none, ended, signal: () => false, keep: () => {}, ...program };
    };
    return openClient(lab, contextOn(memorySystem({ start })).ctx);
  };
  async function* saying(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }

  it('is heard', async () => {
    const words = 'ann@lab: Permission denied (publickey).\r\n';
    await expect(ask(failing({ stderr: saying(words) }))).rejects.toMatchObject({
      code: 'ESSH',
      message: words.trim(),
    });
  });

  it('is known by how it ended when it says nothing', async () => {
    await expect(ask(failing({}))).rejects.toMatchObject({
      code: 'ESSH',
      message: 'it ended with exit code 255',
    });
  });

  it('is no mystery when there is none', async () => {
    const missing = Object.assign(new Error('spawn ssh ENOENT'), { code: 'ENOENT' });
    await expect(ask(failing(missing))).rejects.toMatchObject({
      code: 'ESSH',
      message: 'it is not installed',
    });
  });
});
