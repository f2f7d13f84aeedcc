import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { diagnoseProgram } from '../diagnose-program.ts';
import { findProgram } from '../find-program.ts';
import { runProgram } from '../run-program.ts';
import { toSecretValue } from '../value.ts';
import { toFailure } from './failure.ts';

const settings = ['BWS_SERVER_URL', 'BWS_PROFILE', 'BWS_CONFIG_FILE'] as const;
const session = ['BWS_ACCESS_TOKEN'] as const;

/**
 * Bitwarden Secrets Manager, through `bws secret get`. Not writable: `bws secret edit` takes the value as an argument.
 * https://bitwarden.com/help/secrets-manager-cli/
 */
export const backend: SecretBackend = {
  name: 'bws',
  settings,
  session,
  read,
  writeHint: 'change the secret in the web app of Bitwarden Secrets Manager',
  diagnose,
};

const install = 'bws, the Bitwarden Secrets Manager CLI';

async function read(argument: Json, ctx: SecretContext): Promise<SecretValue> {
  const id = toId(argument);
  const what = `Bitwarden "${id}"`;
  const { exitCode, stdout, stderr } = await runProgram(
    {
      program: 'bws',
      args: ['secret', 'get', id, '--output', 'json', '--color', 'no'],
      backend: 'Bitwarden Secrets Manager',
      install,
      what,
      variables: [...settings, ...session],
    },
    ctx,
  );
  if (exitCode !== 0) throw toFailure(what, stderr);
  return toSecretValue(readValue(stdout, id, what), what);
}

async function diagnose(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis> {
  const diagnosis = await diagnoseProgram({ backend: 'bws', program: 'bws', install }, sources, ctx);
  if ((ctx.env['BWS_ACCESS_TOKEN'] ?? '') !== '' || (await findProgram('bws', ctx)) === null)
    return diagnosis;
  return {
    ...diagnosis,
    state: 'warning',
    detail: `${diagnosis.detail}, without BWS_ACCESS_TOKEN`,
    hint: 'set BWS_ACCESS_TOKEN to the access token of a machine account',
  };
}

/** The manifest's schema says the same; asked again because it becomes an argument of a program. */
function toId(argument: Json): string {
  if (typeof argument === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(argument)) {
    return argument;
  }
  throw new McpformError('SECRET_INVALID', 'Bitwarden: that is no id of a secret', {
    hint: 'write its UUID, as "bws secret list" shows it',
  });
}

/** `{ "object": "secret", "id": …, "key": …, "value": …, "note": … }`: only of the secret that was asked for. */
function readValue(stdout: Uint8Array, id: string, what: string): string {
  const answer = parse(stdout);
  const value = isJsonObject(answer) ? answer['value'] : undefined;
  const answered = isJsonObject(answer) ? answer['id'] : undefined;
  if (
    typeof value === 'string' &&
    typeof answered === 'string' &&
    answered.toLowerCase() === id.toLowerCase()
  ) {
    return value;
  }
  throw new McpformError('SECRET_BACKEND_FAILED', `${what}: "bws" gave no answer that can be read`, {
    hint: 'see whether "bws secret get" prints JSON with the id and a value; install a current version',
  });
}

function parse(stdout: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(stdout));
  } catch {
    // The parser's own words quote what it read, which is the secret.
    return undefined;
  }
}
