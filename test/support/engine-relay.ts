import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_PATH, saysLine } from './engine-bed.ts';
import type { RunningEngine } from './engine-run.ts';

/** A port of one loopback that is on another one too. */
export interface Relay {
  close(): Promise<void>;
}

/** Lets the tests reach what listens at this port where an engine with a private network runs. */
export function relayFrom(engine: RunningEngine, port: number): Promise<Relay> {
  const between = { path: join(engine.folder, `from-${port}.sock`) };
  return relay(engine, { inside: [between, loopback(port)], here: [loopback(port), between] });
}

/** Lets such an engine reach what listens at this port on the loopback of the tests: a registry, for one. */
export function relayTo(engine: RunningEngine, port: number): Promise<Relay> {
  const between = { path: join(engine.folder, `to-${port}.sock`) };
  return relay(engine, { inside: [loopback(port), between], here: [between, loopback(port)] });
}

type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** Where to listen, and what to connect to whoever comes. */
type Way = readonly [from: Address, to: Address];

const loopback = (port: number): Address => ({ host: '127.0.0.1', port });

async function relay(engine: RunningEngine, { inside, here }: { inside: Way; here: Way }): Promise<Relay> {
  for (const [from] of [inside, here]) if ('path' in from) rmSync(from.path, { force: true });
  const ends = await Promise.all([startEnd(engine.inside, inside), startEnd([], here)]);
  return {
    close: async () => {
      await Promise.all(ends.map(close));
    },
  };
}

const END = `
const { connect, createServer } = require('node:net');
const [from, to] = JSON.parse(process.argv[1]);
createServer({ allowHalfOpen: true }, (caller) => {
  const callee = connect({ ...to, allowHalfOpen: true });
  caller.on('error', () => callee.destroy()).pipe(callee);
  callee.on('error', () => caller.destroy()).pipe(caller);
}).listen(from, () => console.log('ready'));
process.stdin.on('end', () => process.exit()).resume();
`;

async function startEnd(inside: readonly string[], way: Way): Promise<ChildProcess> {
  const [program = '', ...args] = [...inside, process.execPath, '-e', END, JSON.stringify(way)];
  const child = spawn(program, args, {
    cwd: '/',
    env: { PATH: SYSTEM_PATH },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await saysLine(child, /^ready$/);
  return child;
}

async function close(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
