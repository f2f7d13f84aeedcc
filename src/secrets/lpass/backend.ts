import type { Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { diagnoseProgram } from '../diagnose-program.ts';
import { findProgram } from '../find-program.ts';
import { type ProgramAnswer, type ProgramRequest, runProgram } from '../run-program.ts';
import { toSecretValue } from '../value.ts';
import { toEntry, toOption } from './entry.ts';
import { ambiguous, checkWritable, toFailure } from './failure.ts';

const settings = ['LPASS_HOME'] as const;
const session = [
  'LPASS_AGENT_TIMEOUT',
  'LPASS_AGENT_DISABLE',
  'LPASS_AUTO_SYNC_TIME',
  'LPASS_DISABLE_PINENTRY',
] as const;

/**
 * LastPass, through `lpass show` and `lpass edit` of lastpass-cli. Whoever is logged in and whose agent has ended may
 * be asked for the master password by pinentry, so it gets a minute. https://lastpass.github.io/lastpass-cli/lpass.1.html
 */
export const backend: SecretBackend = {
  name: 'lpass',
  settings,
  session,
  read,
  write,
  writeHint: 'give it with `mcpform secrets set`, or change it with "lpass edit"',
  diagnose,
};

const install = 'the LastPass CLI (Debian: lastpass-cli)';
const TIMEOUT_MS = 60_000;

async function read(argument: Json, ctx: SecretContext): Promise<SecretValue> {
  const { name, field, what } = toEntry(argument);
  const args = ['show', '--sync=auto', '--color=never', toOption(field), '--', name];
  const { exitCode, stdout, stderr } = await run({ what, args }, ctx);
  if (exitCode !== 0) throw toFailure(what, stderr);
  // Several entries of one name are listed on stdout, with exit code 0.
  if (Buffer.from(stdout).toString('latin1').startsWith('Multiple matches found.\n')) throw ambiguous(what);
  return toSecretValue(stdout, what);
}

/**
 * Creates the entry where there is none, as `lpass edit` does. A master password is not asked for: `lpass` would take
 * it from stdin where there is no pinentry, and the secret is there.
 */
async function write(argument: Json, value: SecretValue, ctx: SecretContext): Promise<void> {
  const { name, field, what } = toEntry(argument);
  checkWritable(what, field, value);
  const args = ['edit', '--sync=now', '--non-interactive', '--color=never', toOption(field), '--', name];
  const request = { what, args, input: `${value.reveal()}\n`, env: { LPASS_ASKPASS: 'false' } };
  const { exitCode, stderr } = await run(request, ctx);
  if (exitCode !== 0) throw toFailure(what, stderr);
}

async function diagnose(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis> {
  const diagnosis = await diagnoseProgram({ backend: 'lpass', program: 'lpass', install }, sources, ctx);
  if ((await findProgram('lpass', ctx)) === null) return diagnosis;
  // Asks the agent alone: neither the network nor a person.
  const { exitCode } = await run({ what: 'lpass status', args: ['status', '--quiet'] }, ctx);
  if (exitCode === 0) return diagnosis;
  return {
    ...diagnosis,
    state: 'warning',
    detail: `${diagnosis.detail}, not logged in or locked`,
    hint: 'log in with "lpass login"',
  };
}

function run(
  request: Pick<ProgramRequest, 'what' | 'args' | 'input' | 'env'>,
  ctx: SecretContext,
): Promise<ProgramAnswer> {
  const variables = [...settings, ...session];
  return runProgram(
    { ...request, program: 'lpass', backend: 'LastPass', install, variables, timeoutMs: TIMEOUT_MS },
    ctx,
  );
}
