import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { textArgument } from '../text-argument.ts';
import { toSecretValue } from '../value.ts';

/** A variable of the environment. The caller sees to it that `ctx.env` has those that the manifest names. */
export const backend: SecretBackend = {
  name: 'env',
  settings: [],
  session: [],
  read,
  writeHint: 'set the variable where the client and mcpform are started',
  diagnose,
};

async function read(argument: Json, { env }: SecretContext): Promise<SecretValue> {
  const name = textArgument(argument, 'env');
  const what = `env "${name}"`;
  const value = valueIn(name, env);
  if (value === undefined) {
    throw new McpformError('SECRET_NOT_FOUND', `${what} is not set`, {
      hint: `export ${name}, then try again`,
    });
  }
  // Node puts this character where the bytes of a variable are not UTF-8: what they were is lost.
  if (value.includes('\uFFFD')) {
    throw new McpformError('SECRET_INVALID', `${what} is not UTF-8`, {
      hint: 'keep it as text, in base64 for example',
    });
  }
  return toSecretValue(value, what);
}

/** Not what every object has: a variable may be called `constructor`. */
function valueIn(name: string, env: SecretContext['env']): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

async function diagnose(sources: readonly Json[], { env }: SecretContext): Promise<Diagnosis> {
  const check = 'secrets env';
  const names = [...new Set(sources.map((source) => textArgument(source, 'env')))].sort();
  const missing = names.filter((name) => (valueIn(name, env) ?? '') === '');
  if (names.length === 0) return { check, state: 'ok', detail: 'no variable is named' };
  const detail = `${names.length - missing.length} of ${names.length} variables are set here`;
  if (missing.length === 0) return { check, state: 'ok', detail };
  return {
    check,
    state: 'warning',
    detail: `${detail}, not ${missing.join(', ')}`,
    hint: 'a client that you start elsewhere may have them: export them where you start it',
  };
}
