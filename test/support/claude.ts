import { resolve } from 'node:path';
import { pins, requireProgram } from './pins.ts';
import { type Ran, run } from './run.ts';
import type { Home } from './throwaway-home.ts';

/** The client the tests hold us to; and one that ignores a lock somebody else holds, as all up to 2.1.257 do. */
export const { newest: NEWEST, lockIgnoring: LOCK_IGNORING } = pins.claude;

export interface ClaudeOptions {
  /** Default: the home's project folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

const cache = resolve(import.meta.dirname, '../../.cache/claude');

/** Runs the real Claude Code CLI. `list` and `get` start servers, so those that hang are given up after 2 s. */
export function claude(
  version: string,
  args: readonly string[],
  home: Home,
  options: ClaudeOptions = {},
): Promise<Ran> {
  const env = { ...home.env, MCP_TIMEOUT: '2000', ...options.env };
  const input = options.input === undefined ? {} : { input: options.input };
  return run(claudePath(version), args, { cwd: options.cwd ?? home.project, env, ...input });
}

export function claudePath(version: string): string {
  return resolve(cache, version, process.platform === 'win32' ? 'claude.exe' : 'claude');
}

/** Whether the real client is there: for `describe.runIf`. */
export function requireClaude(version: string): boolean {
  return requireProgram(claudePath(version), `Claude Code ${version}`);
}
