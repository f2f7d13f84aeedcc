import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LineConnection, Listener, ListenOptions } from '../../../src/model/system.ts';
import { realNetwork } from '../../../src/system/http/real-network.ts';

const network = realNetwork({});

describe('a listener of this machine', () => {
  let folder: string;
  let path: string;
  const open: { close(): unknown }[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcpform-listen-'));
    path = join(folder, 'a.sock');
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
    await rm(folder, { recursive: true });
  });

  const echo = async (connection: LineConnection): Promise<void> => {
    for await (const line of connection.lines) connection.send(line.toUpperCase());
  };

  async function listen(options: Partial<ListenOptions> = {}): Promise<Listener> {
    const listener = await network.listen({ kind: 'unix', path }, { ...defaults, ...options });
    open.push(listener);
    return listener;
  }
  const defaults: ListenOptions = {
    maxLineBytes: 1_000,
    maxConnections: 10,
    firstLineMs: 10_000,
    onConnection: (connection) => void echo(connection),
  };

  async function dial(maxLineBytes = 1_000): Promise<LineConnection> {
    const connection = await network.connect(path, { maxLineBytes });
    open.push(connection);
    return connection;
  }

  async function raw(): Promise<Socket> {
    const socket = connect({ path });
    socket.on('error', () => undefined);
    open.push({ close: () => socket.destroy() });
    await once(socket, 'connect');
    return socket;
  }

  async function firstOf(connection: LineConnection): Promise<string | undefined> {
    for await (const line of connection.lines) return line;
    return undefined;
  }

  it('is a socket that nobody else may use, gone when it is closed', async () => {
    const listener = await listen();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await listener.close();
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(dial()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('reads lines however they arrive, and answers', async () => {
    await listen();
    const socket = await raw();
    const answered: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => answered.push(chunk));
    for (const piece of [Buffer.from('on'), Buffer.from('e\ntw'), Buffer.from('o\n\n\xc3', 'latin1')]) {
      socket.write(piece);
      await wait(5);
    }
    socket.write(Buffer.from('\xa9\n', 'latin1'));
    await expect.poll(() => Buffer.concat(answered).toString()).toBe('ONE\nTWO\n\nÉ\n');
  });

  it('refuses a second listener with EADDRINUSE', async () => {
    await listen();
    await expect(listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('ends a connection whose line is too long, and the others go on', async () => {
    await listen();
    const [loud, quiet] = [await raw(), await dial()];
    loud.write('x'.repeat(1_001));
    await once(loud, 'close');
    quiet.send('hello');
    expect(await firstOf(quiet)).toBe('HELLO');
  });

  it('ends one that says nothing in time, not one that waits for an answer', async () => {
    await listen({ firstLineMs: 100 });
    const [silent, polite] = [await raw(), await dial()];
    polite.send('hello');
    await once(silent, 'close');
    await wait(50);
    polite.send('again');
    const said: string[] = [];
    for await (const line of polite.lines) if (said.push(line) === 2) break;
    expect(said).toEqual(['HELLO', 'AGAIN']);
  });

  it('turns away who comes beyond the limit', async () => {
    await listen({ maxConnections: 2 });
    const first = await dial();
    await dial();
    expect(await firstOf(await dial())).toBeUndefined();
    first.send('still here');
    expect(await firstOf(first)).toBe('STILL HERE');
  });

  it('ends one that never reads what it is sent', async () => {
    let count = 0;
    await listen({
      onConnection: (connection) => {
        void (async () => {
          for await (const _ of connection.lines) connection.send('y'.repeat(900));
          count += 1;
        })();
      },
    });
    const socket = await raw();
    socket.pause();
    const timer = setInterval(() => socket.write('x\n'.repeat(500)), 1);
    open.push({ close: () => clearInterval(timer) });
    await expect.poll(() => count, { timeout: 10_000 }).toBe(1);
  });

  it('ends every connection when it is closed', async () => {
    const listener = await listen();
    const connection = await dial();
    await listener.close();
    expect(await firstOf(connection)).toBeUndefined();
    connection.send('to nobody');
  });

  it('listens on loopback only, at a port that it tells', async () => {
    const listener = await network.listen({ kind: 'loopback', port: 0 }, defaults);
    open.push(listener);
    expect(listener.port).toBeGreaterThan(0);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.family === 'IPv4' && !each.internal);
    const dialOut = async (host: string): Promise<string> => {
      const socket = connect({ host, port: listener.port });
      open.push({ close: () => socket.destroy() });
      return await once(socket, 'connect').then(
        () => 'connected',
        (error: NodeJS.ErrnoException) => error.code ?? '',
      );
    };
    expect(await dialOut('127.0.0.1')).toBe('connected');
    if (outside !== undefined) expect(await dialOut(outside.address)).toBe('ECONNREFUSED');
  });
});
