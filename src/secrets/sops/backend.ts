import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { findProgram } from '../find-program.ts';
import { readSealed } from '../read-sealed.ts';
import { type ProgramAnswer, runProgram } from '../run-program.ts';
import { toSecretValue } from '../value.ts';
import { checkVaults } from './check-vaults.ts';
import { judge } from './judge.ts';
import { parseSealed, type SealedFile } from './parse-sealed.ts';
import { type SopsPlace, sopsPlace } from './place.ts';
import { findPath, placePath, printPath } from './tree-path.ts';
import { SESSION, SETTINGS } from './variables.ts';

/**
 * One value in a file encrypted with SOPS (https://getsops.io), decrypted by its program with whatever key the file is
 * for. Numbers and booleans are their text. Written from SOPS 3.11 on, for whomever the file says.
 */
export const backend: SecretBackend = {
  name: 'sops',
  settings: SETTINGS,
  session: SESSION,
  read,
  write,
  writeHint: 'SOPS before 3.11 takes values only as arguments; change the file with `sops edit`',
  diagnose,
};

async function read(argument: Json, ctx: SecretContext): Promise<SecretValue> {
  const place = sopsPlace(argument);
  const what = named(place);
  const sealed = await look(place, what, ctx);
  const path = printPath(findPath(place, sealed, what), what);
  // Since 3.9 there is `sops decrypt` too; every version knows this.
  const answer = await run(['--decrypt', '--extract', path, place.file], what, ctx);
  if (answer.exitCode !== 0) throw judge(answer, what);
  return toSecretValue(answer.stdout, what);
}

async function write(argument: Json, value: SecretValue, ctx: SecretContext): Promise<void> {
  const place = sopsPlace(argument);
  const what = named(place);
  const sealed = await look(place, what, ctx);
  const path = printPath(placePath(place, sealed, what), what);
  if (!(await takesStdin(what, ctx))) {
    throw new McpformError(
      'SECRET_NOT_WRITABLE',
      `${what}: this version of SOPS takes values only as arguments`,
      {
        hint: 'use SOPS 3.11 or newer, or change the file with `sops edit`',
      },
    );
  }
  const answer = await run(
    ['set', '--value-stdin', place.file, path],
    what,
    ctx,
    JSON.stringify(value.reveal()),
  );
  if (answer.exitCode !== 0) throw judge(answer, what);
}

/** Older ones print help of another command, or none. */
async function takesStdin(what: string, ctx: SecretContext): Promise<boolean> {
  const { stdout } = await run(['set', '--help'], what, ctx);
  return Buffer.from(stdout).includes('--value-stdin');
}

async function look(place: SopsPlace, what: string, ctx: SecretContext): Promise<SealedFile> {
  const sealed = parseSealed(await readSealed(place.file, what, ctx), place.file, what);
  checkVaults(place.file, sealed, what, ctx);
  return sealed;
}

function run(
  args: readonly string[],
  what: string,
  ctx: SecretContext,
  input?: string,
): Promise<ProgramAnswer> {
  return runProgram(
    {
      program: 'sops',
      args,
      backend: 'SOPS',
      what,
      variables: [...SETTINGS, ...SESSION],
      ...(input === undefined ? {} : { input }),
    },
    ctx,
  );
}

async function diagnose(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis> {
  const program = await findProgram('sops', ctx);
  if (program !== null) return { check: 'secrets sops', state: 'ok', detail: program };
  return {
    check: 'secrets sops',
    state: sources.length === 0 ? 'ok' : 'failed',
    detail: 'the program "sops" is not there',
    hint: 'install SOPS: https://getsops.io',
  };
}

const named = ({ file, key }: SopsPlace): string => `sops "${file}" key "${key}"`;
