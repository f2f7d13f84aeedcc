import { type ChildProcess, spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { prepareLaunch } from '../../src/launch/prepare-launch.ts';
import type { LaunchRecord } from '../../src/model/launch.ts';
import { MCPFORM } from '../support/mcpform.ts';
import { NODE_RELEASES, nodePath, requireNode } from '../support/node-releases.ts';
import { assertContained } from '../support/throwaway-home.ts';
import { recordOf, type World } from './world.ts';

/** One way in which a launcher becomes a server. */
export interface Way {
  readonly name: string;
  readonly node: string;
  /** What the client's environment has besides. */
  readonly env: Readonly<Record<string, string>>;
  /** The server is the launcher's process, not one beside it. */
  readonly isSamePid: boolean;
  readonly isThere: boolean;
}

/** A variable that is dropped, so that the process the launcher runs in cannot be the server's. */
const DIRTY = { NODE_OPTIONS: '--no-warnings' };

/** Every release we promise to run on, with a clean environment and with one that must be left behind. */
export const WAYS: readonly Way[] = [process.version, ...NODE_RELEASES].flatMap((version) => {
  const isOurs = version === process.version;
  const isThere = isOurs || requireNode(version);
  const node = isOurs || !isThere ? process.execPath : realpathSync(nodePath(version));
  const replaces = !/^v?20\./.test(version);
  return [
    { name: `Node ${version}, in its process`, node, env: {}, isSamePid: true, isThere },
    { name: `Node ${version}, anew`, node, env: DIRTY, isSamePid: replaces, isThere },
  ];
});

/** Prepares a launch of a program and gives its id. */
export async function prepared(
  world: World,
  bin: string,
  changes: Partial<LaunchRecord> = {},
): Promise<string> {
  const record = recordOf({ bin, ...changes });
  return (await prepareLaunch({ record, tree: null }, world.ctx, world.installerFor)).id;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly node?: string;
}

/** `mcpform exec ID` as a client starts it. */
export function startExec(world: World, id: string, options: StartOptions = {}): ChildProcess {
  const cwd = options.cwd ?? world.home.project;
  const env = { ...world.home.env, ...options.env } as Record<string, string>;
  assertContained(cwd, env);
  return spawn(options.node ?? process.execPath, [MCPFORM, 'exec', id], { cwd, env, stdio: 'pipe' });
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Waits for the end; `input` is written and closed, null leaves the input open. */
export async function ended(child: ChildProcess, input: string | Buffer | null = ''): Promise<Ended> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (piece: Buffer) => out.push(piece));
  child.stderr?.on('data', (piece: Buffer) => err.push(piece));
  child.stdin?.on('error', () => {}); // it may end before it has read everything
  if (input !== null) child.stdin?.end(input);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...end) => resolve(end as [number | null, NodeJS.Signals | null]));
  });
  return { code, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
}

/** Resolves with the first line of output that matches. */
export function says(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    const look = (piece: Buffer): void => {
      text += piece.toString();
      const found = pattern.exec(text);
      if (found === null) return;
      child.stdout?.off('data', look);
      resolve(found);
    };
    child.stdout?.on('data', look);
    child.on('close', () => reject(new Error(`ended without saying ${pattern}: ${text}`)));
  });
}
