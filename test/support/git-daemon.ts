import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.ts';
import { assertContained, type Home } from './throwaway-home.ts';

/** Git's own daemon on loopback, for everything in a home. */
export interface GitDaemon {
  readonly port: number;
  stop(): Promise<void>;
}

/** At a port of its own, or at that of one that was stopped. */
export async function gitDaemon(home: Home, at?: number): Promise<GitDaemon> {
  const port = at ?? (await freePort());
  assertContained(home.folder, home.env);
  const args = [
    'daemon',
    '--export-all',
    `--base-path=${home.folder}`,
    '--listen=127.0.0.1',
    `--port=${port}`,
  ];
  const child = spawn('git', [...args, '--reuseaddr', '--verbose', '--log-destination=stderr'], {
    cwd: home.folder,
    env: { ...home.env, GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  await once(child.stderr, 'data');
  child.stderr.resume();
  return {
    port,
    stop: async () => {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

/** A way to a port that can be cut, or held up, after so many bytes of the longest answer. */
export interface Relay {
  readonly port: number;
  cutAfter(bytes: number | null): void;
  /** Then nothing more comes, and `onHold` is called. */
  holdAfter(bytes: number, onHold: () => void): void;
  /** Connections that are open. */
  open(): number;
  stop(): Promise<void>;
}

export async function relay(to: number): Promise<Relay> {
  let limit: { bytes: number; onHold: (() => void) | null } | null = null;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    sockets.add(near);
    near.on('close', () => {
      sockets.delete(near);
      far.destroy();
    });
    far.on('close', () => near.end());
    for (const each of [near, far]) each.on('error', () => undefined);
    near.pipe(far);
    let seen = 0;
    far.on('data', (chunk: Buffer) => {
      const left = limit === null ? chunk.length : limit.bytes - seen;
      seen += chunk.length;
      if (left >= chunk.length) return void near.write(chunk);
      if (left > 0) near.write(chunk.subarray(0, left));
      far.pause();
      if (limit?.onHold == null) near.destroy();
      else limit.onHold();
    });
  });
  const port = await listen(server);
  return {
    port,
    cutAfter: (bytes) => {
      limit = bytes === null ? null : { bytes, onHold: null };
    },
    holdAfter: (bytes, onHold) => {
      limit = { bytes, onHold };
    },
    open: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await close(server);
    },
  };
}

/** Takes connections and says nothing. */
export async function silentServer(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  const port = await listen(server);
  return {
    port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await close(server);
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
