import { existsSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { claudePath, NEWEST } from './claude.ts';
import { type Ran, run } from './run.ts';
import type { Home } from './throwaway-home.ts';

export interface McpformOptions {
  /** Default: the home's project folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Which Claude Code is on PATH; how long we watch what we wrote depends on it. Default: the newest. */
  readonly client?: string;
}

/** The built program, as it ships. */
export const MCPFORM = resolve(import.meta.dirname, '../../dist/mcpform.cjs');

/** Runs the built program in a throw-away home. */
export function mcpform(args: readonly string[], home: Home, options: McpformOptions = {}): Promise<Ran> {
  if (!existsSync(MCPFORM)) throw new Error('dist/mcpform.cjs is not there: npm run build');
  const { cwd = home.project, env, client, ...rest } = options;
  return run(process.execPath, [MCPFORM, ...args], {
    cwd,
    env: { ...environmentWith(home, client), ...env },
    ...rest,
  });
}

/** The home's environment, with a real client on PATH where that is installed. */
export function environmentWith(home: Home, client = NEWEST): Record<string, string> {
  return { ...home.env, PATH: [dirname(claudePath(client)), home.env['PATH']].join(delimiter) };
}
