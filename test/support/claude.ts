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

/** What `claude mcp get NAME` says of a server; throws when it knows none. */
export async function claudeGet(name: string, home: Home, options: ClaudeOptions = {}): Promise<Got> {
  const ran = await claude(NEWEST, ['mcp', 'get', name], home, options);
  if (ran.exitCode !== 0) throw new Error(`claude mcp get ${name}: ${ran.stderr}`);
  const field = (key: string): string | undefined =>
    new RegExp(`^  ${key}: (.*)$`, 'm').exec(ran.stdout)?.[1];
  const map = (key: string, separator: string): Record<string, string> => {
    const lines = new RegExp(`^  ${key}:\\n((?:    .*\\n)+)`, 'm').exec(ran.stdout)?.[1] ?? '';
    const pairs = lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.trim().split(separator));
    return Object.fromEntries(pairs.map(([first, ...rest]) => [first, rest.join(separator)]));
  };
  return {
    scope: field('Scope')?.split(' ')[0]?.toLowerCase(),
    status: field('Status'),
    type: field('Type'),
    command: field('Command'),
    args: field('Args'),
    env: map('Environment', '='),
    url: field('URL'),
    headers: map('Headers', ': '),
    oauth: field('OAuth'),
    timeout: field('Timeout'),
  };
}

/** Values as the client prints them: templates unexpanded, without their defaults. */
export interface Got {
  readonly scope: string | undefined;
  readonly status: string | undefined;
  readonly type: string | undefined;
  readonly command: string | undefined;
  readonly args: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly oauth: string | undefined;
  readonly timeout: string | undefined;
}
