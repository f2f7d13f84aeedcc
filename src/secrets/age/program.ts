import { McpformError } from '../../model/error.ts';
import type { SecretContext } from '../../model/secret.ts';
import { runProgram } from '../run-program.ts';
import type { Identity } from './identity.ts';

/** For identities that only the program reads. It has no terminal, so it asks nobody for a passphrase. */
export async function openWithProgram(
  file: string,
  identity: Identity,
  what: string,
  ctx: SecretContext,
): Promise<Uint8Array> {
  const answer = await run(['--decrypt', '--identity', identity.path, '--', file], what, ctx);
  if (answer.exitCode === 0) return answer.stdout;
  throw judge(answer.stderr, what);
}

/** The text, armored, for whoever has the identity. */
export async function sealWithProgram(
  text: string,
  identity: Identity,
  what: string,
  ctx: SecretContext,
): Promise<string> {
  const answer = await run(['--encrypt', '--armor', '--identity', identity.path], what, ctx, text);
  if (answer.exitCode === 0) return Buffer.from(answer.stdout).toString('latin1');
  throw judge(answer.stderr, what);
}

function run(args: readonly string[], what: string, ctx: SecretContext, input?: string) {
  return runProgram(
    {
      program: 'age',
      args,
      backend: 'age',
      what,
      variables: [],
      ...(input === undefined ? {} : { input }),
    },
    ctx,
  );
}

function judge(stderr: string, what: string): McpformError {
  if (/no identity matched/.test(stderr)) return notForUs(what);
  if (/passphrase|terminal|\/dev\/tty/.test(stderr)) {
    return new McpformError('SECRET_DENIED', `${what}: the identity asks for a passphrase`, {
      hint: 'nobody can be asked: use an identity without one',
    });
  }
  return new McpformError('SECRET_BACKEND_FAILED', `${what} cannot be used by the program "age"`, {
    hint: 'run `age --decrypt` on the file yourself to see why',
  });
}

export function notForUs(what: string): McpformError {
  return new McpformError('SECRET_DENIED', `${what} is not encrypted to the identity at hand`, {
    hint: 'name the `identity` that it is for, or have it encrypted to yours',
  });
}
