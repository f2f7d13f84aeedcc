import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Ran, run } from './run.ts';
import type { Home } from './throwaway-home.ts';

/** The same two as in `scripts/fetch-claude.mjs`; a test compares them. */
export const NEWEST = '2.1.328';
export const LOCK_IGNORING = '2.1.197';

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

/**
 * Whether the real client is there: for `describe.runIf`. When it is not, that is an error where `CI` is set, and
 * elsewhere a line that nobody can overlook.
 */
export function requireClaude(version: string): boolean {
  if (existsSync(claudePath(version))) return true;
  const how = `Claude Code ${version} is not installed: npm run fetch:claude`;
  if (process.env['CI']) throw new Error(how);
  process.stderr.write(`\n!!! SKIPPED, NOT TESTED: ${how}\n\n`);
  return false;
}
