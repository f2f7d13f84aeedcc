import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JsonObject } from '../../src/model/json.ts';
import { assertThrowaway, type Home } from './throwaway-home.ts';

/** Writes files below a folder of a throw-away home; values that are not text are written as Claude Code would. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | JsonObject>>,
): Promise<void> {
  assertThrowaway(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
}

export async function readJson(path: string): Promise<JsonObject> {
  return JSON.parse(await readFile(path, 'utf8')) as JsonObject;
}

/** Runs git with no configuration but this, so that nobody's hooks, signing or templates matter. */
export function git(home: Home, cwd: string, ...args: readonly string[]): string {
  assertThrowaway(cwd);
  const env = {
    ...home.env,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.invalid',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.invalid',
  };
  return execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], { cwd, env, encoding: 'utf8' });
}
