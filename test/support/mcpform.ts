import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Ran, run } from './run.ts';
import type { Home } from './throwaway-home.ts';

export interface McpformOptions {
  /** Default: the home's project folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** The built program, as it ships. */
export const MCPFORM = resolve(import.meta.dirname, '../../dist/mcpform.js');

/** Runs the built program in a throw-away home. */
export function mcpform(args: readonly string[], home: Home, options: McpformOptions = {}): Promise<Ran> {
  if (!existsSync(MCPFORM)) throw new Error('dist/mcpform.js is not there: npm run build');
  const { cwd = home.project, env, ...rest } = options;
  return run(process.execPath, [MCPFORM, ...args], { cwd, env: { ...home.env, ...env }, ...rest });
}
