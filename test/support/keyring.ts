import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { realSystem } from '../../src/system/real.ts';
import { assertThrowaway, type Home } from './throwaway-home.ts';

/** A session bus of our own with GNOME Keyring on it, all below a throw-away home, and nobody to ask for a password. */
export interface Keyring {
  /** Where programs find it; with the home's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What `secret-tool` prints and ends with, in that environment. */
  tool(args: readonly string[], input?: string | Uint8Array): Promise<{ exitCode: number; stdout: Buffer }>;
  /** Starts the daemon again; with another password than the first, what is kept stays locked. Null: with none. */
  unlockWith(password: string | null): Promise<void>;
  /** The bus without the daemon. */
  stopDaemon(): Promise<void>;
  /** The daemon is there and does not answer, until told otherwise. */
  hold(isHeld: boolean): void;
  end(): Promise<void>;
}

/** Without a password it has not even a collection, as before somebody's first login. */
export async function startKeyring(
  home: Home,
  password: string | null = 'the first password',
): Promise<Keyring> {
  assertThrowaway(home.folder);
  const runtime = join(home.folder, 'run');
  const socket = join(runtime, 'bus');
  await mkdir(runtime, { mode: 0o700 });
  const config = join(home.folder, 'bus.conf');
  await writeFile(config, busConfig(socket));
  const env = { ...home.env, XDG_RUNTIME_DIR: runtime, DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` };
  const bus = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--nopidfile'], {
    env,
    stdio: 'ignore',
  });
  let daemon: ChildProcess | null = null;
  const stopDaemon = async (): Promise<void> => {
    if (daemon !== null) await stop(daemon);
    daemon = null;
  };
  const unlockWith = async (given: string | null): Promise<void> => {
    await stopDaemon();
    const args = [...(given === null ? [] : ['--unlock']), '--components=secrets', '--foreground'];
    daemon = spawn('gnome-keyring-daemon', args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
    daemon.stdin?.end(given ?? '');
    await until(async () => (await run(env, ['search', 'is', 'there'])).exitCode === 0);
  };
  const end = async (): Promise<void> => {
    daemon?.kill('SIGCONT');
    await stopDaemon();
    await stop(bus);
  };
  try {
    await until(async () => (await stat(socket).catch(() => null)) !== null);
    await unlockWith(password);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    env,
    tool: (args, input) => run(env, args, input),
    unlockWith,
    stopDaemon,
    hold: (isHeld) => void daemon?.kill(isHeld ? 'SIGSTOP' : 'SIGCONT'),
    end,
  };
}

/** No folder of services: a bus that could start some would start a second daemon, and one that asks for passwords. */
function busConfig(socket: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}

async function run(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<{ exitCode: number; stdout: Buffer }> {
  const child = spawn('secret-tool', args, { env, stdio: ['pipe', 'pipe', 'ignore'], timeout: 5000 });
  child.stdin.on('error', () => undefined).end(input);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  const [exitCode] = await once(child, 'close');
  return { exitCode: typeof exitCode === 'number' ? exitCode : -1, stdout: Buffer.concat(pieces) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const { clock } = realSystem({});
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isSo()) return;
    await clock.sleep(50);
  }
  throw new Error('the keyring of the tests did not start');
}
