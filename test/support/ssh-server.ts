import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SYSTEM_PATH, saysLine } from './engine-bed.ts';
import type { RunningEngine } from './engine-run.ts';
import { freePort } from './free-port.ts';
import { missing } from './pins.ts';
import type { Home } from './throwaway-home.ts';

/** Debian's sshd on the machine of an engine, where the docker command of whoever logs in asks that engine. */
export interface SshServer {
  readonly port: number;
  /** What it said so far. */
  readonly log: readonly string[];
  /** What the file `ssh/known_hosts` of the home holds. */
  readonly knownHosts: string;
  /** PATH, on which `ssh` knows this server and has a key for it, and uses nothing of the real home. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';

export function requireSsh(): boolean {
  return existsSync(SSHD) || missing('"sshd" is not installed; see .ci/run for what container engines need');
}

type Machine = Pick<RunningEngine, 'inside' | 'socket'>;

/** A machine without an engine: this one, but for what is in `/run` and in the home of root. */
export const HERE: Machine = {
  inside: [
    ...['unshare', '--mount', '--propagation', 'private'],
    ...['sh', '-euc', 'mount -t tmpfs tmpfs /run; exec "$@"', 'sh'],
  ],
  socket: '/dev/null',
};

/** For root, by key alone. */
export async function startSsh(engine: Machine, home: Home): Promise<SshServer> {
  const folder = join(home.folder, 'ssh');
  await mkdir(folder, { mode: 0o700 });
  const at = (name: string): string => join(folder, name);
  for (const key of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', at(key)]);
  }
  const port = await freePort();
  await writeFile(
    at('sshd_config'),
    [
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('user.pub')}`,
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'PidFile none',
      '',
    ].join('\n'),
  );
  const hostKey = (await readFile(at('host.pub'), 'utf8')).trim();
  const knownHosts = `[127.0.0.1]:${port} ${hostKey}\n`;
  await writeFile(at('known_hosts'), knownHosts);
  await writeFile(
    at('config'),
    [
      `IdentityFile ${at('user')}`,
      `UserKnownHostsFile ${at('known_hosts')}`,
      'GlobalKnownHostsFile none',
      'IdentitiesOnly yes',
      'IdentityAgent none',
      '',
    ].join('\n'),
  );
  // It looks for its files in the home that the system knows, whatever HOME is.
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${at('config')}' "$@"\n`);
  await chmod(join(bin, 'ssh'), 0o755);
  const log: string[] = [];
  const child = startSshd(engine, at('sshd_config'));
  await saysLine(child, /^Server listening on /, log);
  return {
    port,
    log,
    knownHosts,
    env: { PATH: `${bin}:${home.env['PATH']}` },
    stop: () => end(child),
  };
}

/** The default socket of that machine is the engine's, and the home of root is empty. Both are in thin air. */
const SET_UP = `
mkdir -p /run/sshd
mount -t tmpfs tmpfs /root
ln -sf "$1" /run/docker.sock
exec ${SSHD} -D -e -f "$2"
`;

function startSshd(engine: Machine, config: string): ChildProcess {
  const [program = '', ...args] = [...engine.inside, 'sh', '-euc', SET_UP, 'sh', engine.socket, config];
  return spawn(program, args, { cwd: '/', env: { PATH: SYSTEM_PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
