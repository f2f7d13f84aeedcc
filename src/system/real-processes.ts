import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isErrno } from '../model/error.ts';
import { UNNAMED_BOOT } from '../model/process-owner.ts';
import type { MachineIdentity, Processes } from '../model/system.ts';

/** The processes of this machine. The library that starts programs is loaded by the first start. */
export function realProcesses(): Processes {
  let known: Promise<MachineIdentity> | undefined;
  return {
    run: async (command, args, options = {}) => {
      const { runProgram } = await import('./client.ts');
      return runProgram(command, args, options);
    },
    start: async (command, args, options) => {
      const { startProgram } = await import('./client.ts');
      return startProgram(command, args, options);
    },
    inspect,
    identity: () => {
      known ??= readIdentity();
      return known;
    },
    // Windows sends one when its console closes, and ends us whatever we say.
    ...(process.platform === 'win32' ? {} : { onSignal }),
  };
}

function onSignal(name: 'SIGHUP', listener: () => void): { close(): void } {
  process.on(name, listener);
  return { close: () => void process.off(name, listener) };
}

async function readIdentity(): Promise<MachineIdentity> {
  const [machineId, bootId, pidNamespace, self] = await Promise.all([
    readMachineId(),
    readBootId(),
    readlink('/proc/self/ns/pid').catch(() => null),
    inspect(process.pid),
  ]);
  return {
    machineId,
    bootId,
    pidNamespace,
    hostName: hostname(),
    pid: process.pid,
    startTime: self.startTime,
    uid: process.getuid?.() ?? -1,
  };
}

/** systemd asks that its id is never stored as it is, only hashed with something of the program's own. */
async function readMachineId(): Promise<string> {
  const id =
    (await firstLine('/etc/machine-id')) ??
    (await firstLine('/var/lib/dbus/machine-id')) ??
    `${process.platform}/${hostname()}`;
  return createHash('sha256').update(`mcpform\n${id}`).digest('hex').slice(0, 32);
}

/**
 * Where a boot has no name, one constant: two boots then look like one, and a lock is only taken from a process
 * that is gone. A name that changes within a boot would break locks that are held.
 */
async function readBootId(): Promise<string> {
  const id = await firstLine('/proc/sys/kernel/random/boot_id');
  if (id !== null) return id;
  if (process.platform === 'darwin') {
    const session = await outputOf('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']);
    if (session !== null) return session;
  }
  return UNNAMED_BOOT;
}

async function inspect(pid: number): Promise<{ isAlive: boolean; startTime: string | null }> {
  if (!isSignalable(pid)) return { isAlive: false, startTime: null };
  if (process.platform === 'linux') return inspectProc(pid);
  if (process.platform === 'darwin') {
    return { isAlive: true, startTime: await outputOf('/bin/ps', ['-o', 'lstart=', '-p', String(pid)]) };
  }
  return { isAlive: true, startTime: null };
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false;
    // EPERM: it is there, and somebody else's.
    if (isErrno(error, 'EPERM')) return true;
    throw error;
  }
}

/** proc(5): the name in field 2 may hold spaces and brackets, so fields are counted from the last bracket. */
async function inspectProc(pid: number): Promise<{ isAlive: boolean; startTime: string | null }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // /proc may be mounted so that others' processes are hidden; the signal said it is there.
  if (text === null) return { isAlive: isSignalable(pid), startTime: null };
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // A zombie can do nothing any more; in a container without an init it stays for ever.
  const isAlive = fields[0] !== 'Z' && fields[0] !== 'X';
  return { isAlive, startTime: fields[19] ?? null };
}

async function firstLine(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const line = text.split('\n')[0]?.trim() ?? '';
  return line === '' || line === 'uninitialized' ? null : line;
}

async function outputOf(program: string, args: readonly string[]): Promise<string | null> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 10_000, env: { LC_ALL: 'C', TZ: 'UTC' } }, (error, stdout) =>
      resolve(error === null && stdout.trim() !== '' ? stdout.trim() : null),
    );
  });
}
