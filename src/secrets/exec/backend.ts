import { isAbsolute } from 'node:path';
import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { findProgram } from '../find-program.ts';
import { runProgram } from '../run-program.ts';
import { TOOL_SESSION, TOOL_SETTINGS } from '../tool-variables.ts';
import { toSecretValue } from '../value.ts';

/** What any program prints. It is never run by a shell, and in the home folder, whoever starts it. */
export const backend: SecretBackend = {
  name: 'exec',
  settings: TOOL_SETTINGS,
  session: TOOL_SESSION,
  read,
  writeHint: 'write the value where the command reads it, with the tool it belongs to',
  diagnose,
};

async function read(argument: Json, ctx: SecretContext): Promise<SecretValue> {
  const { program, args } = commandOf(argument);
  const what = `exec "${program}"`;
  refuseRelative(program, what);
  const variables = [...TOOL_SETTINGS, ...TOOL_SESSION];
  const { exitCode, stdout } = await runProgram(
    { program, args, backend: `"${program}"`, what, variables },
    ctx,
  );
  if (exitCode === 0) return toSecretValue(stdout, what);
  const end = exitCode === null ? 'was ended by a signal' : `ended with exit code ${exitCode}`;
  throw new McpformError('SECRET_BACKEND_FAILED', `${what} ${end}`, {
    hint: 'run the same command in your home folder to see what it says',
  });
}

/** A bare name is looked for on the PATH; any other must not depend on where somebody starts a client. */
function refuseRelative(program: string, what: string): void {
  if (!isRelative(program)) return;
  throw new McpformError(
    'SECRET_BACKEND_MISSING',
    `${what} is a relative path, and commands have no folder`,
    {
      hint: 'write the absolute path of the program, or a name that is on the PATH',
    },
  );
}

function isRelative(program: string): boolean {
  return !isAbsolute(program) && /[\\/]/.test(program);
}

async function diagnose(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis> {
  const check = 'secrets exec';
  const programs = [...new Set(sources.map((source) => commandOf(source).program))].sort();
  if (programs.length === 0) return { check, state: 'ok', detail: 'no program is named' };
  const paths = await Promise.all(programs.map((program) => findProgram(program, ctx)));
  const missing = programs.filter((_, index) => paths[index] === null);
  if (missing.length === 0) return { check, state: 'ok', detail: paths.join(', ') };
  return {
    check,
    state: 'failed',
    detail: `not there: ${missing.map((program) => `"${program}"`).join(', ')}`,
    hint: missing.some(isRelative)
      ? 'write the absolute path of the program, or a name that is on the PATH'
      : 'install it, or run `mcpform apply` where it is on the PATH',
  };
}

function commandOf(argument: Json): { readonly program: string; readonly args: readonly string[] } {
  const words = Array.isArray(argument) ? argument : [];
  const [program, ...args] = words.filter((word) => typeof word === 'string');
  if (program === undefined || args.length + 1 !== words.length) {
    throw new Error('the argument of a secret of "exec" is no list of texts');
  }
  return { program, args };
}
