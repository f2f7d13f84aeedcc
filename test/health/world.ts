import { join } from 'node:path';
import { createConceal } from '../../src/formats/conceal.ts';
import type { Context } from '../../src/model/context.ts';
import type { HealthTarget } from '../../src/model/health.ts';
import type { System } from '../../src/model/system.ts';
import { realSystem } from '../../src/system/real.ts';

/** This machine without its disk and its environment. */
export function healthContext(change: { system?: Partial<System>; signal?: AbortSignal } = {}): Context {
  return {
    system: { ...realSystem({}), ...change.system },
    home: '/home/me',
    env: {},
    platform: process.platform,
    signal: change.signal ?? new AbortController().signal,
    emit: () => undefined,
    folders: { state: '/s', cache: '/c', config: '/f', data: '/d' },
    launcher: { command: '/usr/bin/node', args: [], ephemeral: null },
    digest: (text) => text,
    conceal: createConceal(),
  };
}

/** A server of `servers/`. */
export function program(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Extract<HealthTarget, { kind: 'stdio' }> {
  const file = join(import.meta.dirname, 'servers', `${name}.mjs`);
  return { kind: 'stdio', command: process.execPath, args: [file, ...args], env };
}

/** The same machine, which notes the programs that are started. */
export function notingContext(signal?: AbortSignal): { readonly ctx: Context; readonly pids: number[] } {
  const pids: number[] = [];
  const { processes } = realSystem({});
  const start: typeof processes.start = async (...args) => {
    const program = await processes.start(...args);
    pids.push(program.pid);
    return program;
  };
  const system = { processes: { ...processes, start } };
  return { ctx: healthContext(signal === undefined ? { system } : { system, signal }), pids };
}
