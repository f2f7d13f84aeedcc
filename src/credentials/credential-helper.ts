import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { isJsonObject } from '../model/json.ts';
import type { Credentials } from './credentials.ts';

const TIMEOUT_MS = 30_000;
/** What every helper says, on stdout, when it has nothing for the server. */
const NOT_FOUND = 'credentials not found in native keychain';
/** The user name that says: the secret is an identity token. */
const TOKEN_USER = '<token>';

/**
 * Asks `docker-credential-NAME` for the credentials of a server; null when it has none. Whatever else goes wrong
 * names the helper and never shows what it printed: that may be a password.
 * https://github.com/docker/docker-credential-helpers
 */
export async function askHelper(name: string, server: string, ctx: Context): Promise<Credentials | null> {
  // Docker Desktop's helper is a Windows program inside WSL too.
  if (!/^[a-z0-9_-]+(?:\.exe)?$/.test(name)) {
    throw failure(
      name,
      'is not the name of a credential helper',
      'correct it in the configuration of Docker',
    );
  }
  const { exitCode, stdout } = await run(name, server, ctx);
  if (exitCode === 0) return parse(name, stdout);
  if (stdout.trim() === NOT_FOUND) return null;
  throw failure(name, `ended with exit code ${exitCode}`, `log in again: docker login ${server}`);
}

async function run(
  name: string,
  server: string,
  ctx: Context,
): Promise<{ exitCode: number; stdout: string }> {
  try {
    // From the home folder: on some systems a program of the same name in the current folder would be taken.
    return await ctx.system.processes.run(program(name), ['get'], {
      input: server,
      cwd: ctx.home,
      env: definedIn(ctx.env),
      inheritsEnv: false,
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    if (isErrno(error, 'ENOENT'))
      throw failure(name, 'is not installed', 'install it, or correct the configuration of Docker');
    if (isErrno(error, 'ETIMEDOUT'))
      throw failure(name, 'took too long', 'it may wait for an answer: log in first');
    if (isErrno(error, 'EACCES', 'EPERM', 'ENOEXEC'))
      throw failure(name, 'cannot be started', 'check its permissions');
    throw error;
  }
}

function definedIn(env: Context['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function parse(name: string, stdout: string): Credentials | null {
  const answer = parseJson(stdout);
  const username = answer?.['Username'];
  const secret = answer?.['Secret'];
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw failure(name, 'answered something that is not credentials', 'update it');
  }
  if (secret === '') return null;
  if (username === TOKEN_USER) return { kind: 'identity-token', token: secret };
  return { kind: 'password', username, password: secret };
}

function parseJson(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

function program(name: string): string {
  return `docker-credential-${name}`;
}

function failure(name: string, what: string, hint: string): McpformError {
  return new McpformError('RESOLVE_HELPER', `the credential helper "${program(name)}" ${what}`, { hint });
}
