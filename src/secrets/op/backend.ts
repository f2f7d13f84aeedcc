import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { diagnoseProgram } from '../diagnose-program.ts';
import { runProgram } from '../run-program.ts';
import { toSecretValue } from '../value.ts';
import { toFailure } from './failure.ts';

const settings = ['OP_ACCOUNT', 'OP_CONFIG_DIR', 'OP_CONNECT_HOST'] as const;

const session = [
  'OP_SERVICE_ACCOUNT_TOKEN',
  'OP_CONNECT_TOKEN',
  'OP_SESSION',
  'OP_SESSION_*',
  'OP_BIOMETRIC_UNLOCK_ENABLED',
] as const;

/**
 * 1Password, through `op read` of its command line (version 2). Its app may ask for a finger or a password, so it gets
 * a minute. https://developer.1password.com/docs/cli/reference/commands/read
 *
 * Not writable: `op item edit` takes a value as an argument, or a whole item on stdin. That one replaces what is there,
 * with all that its JSON does not say. https://developer.1password.com/docs/cli/item-template-json
 */
export const backend: SecretBackend = {
  name: 'op',
  settings,
  session,
  read,
  writeHint: 'change the item in 1Password itself',
  diagnose: (sources, ctx) =>
    diagnoseProgram({ backend: 'op', program: 'op', install: 'the 1Password CLI' }, sources, ctx),
};

const TIMEOUT_MS = 60_000;

async function read(argument: Json, ctx: SecretContext): Promise<SecretValue> {
  const reference = toReference(argument);
  const what = `1Password "${reference}"`;
  const { exitCode, stdout, stderr } = await runProgram(
    {
      program: 'op',
      args: ['read', '--no-newline', reference],
      backend: '1Password',
      install: 'the 1Password CLI',
      what,
      variables: [...settings, ...session],
      timeoutMs: TIMEOUT_MS,
    },
    ctx,
  );
  if (exitCode !== 0) throw toFailure(what, stderr);
  return toSecretValue(stdout, what);
}

/** The manifest's schema says the same; asked again because it becomes an argument of a program. */
function toReference(argument: Json): string {
  if (typeof argument === 'string' && argument.startsWith('op://')) return argument;
  throw new McpformError('SECRET_INVALID', '1Password: that is no secret reference', {
    hint: 'write it as "op://vault/item/field"',
  });
}
