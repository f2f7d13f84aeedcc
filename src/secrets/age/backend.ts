import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { findProgram } from '../find-program.ts';
import { readSealed } from '../read-sealed.ts';
import { toSecretValue } from '../value.ts';
import { identityPlaces, readIdentity } from './identity.ts';
import { type AgePlace, agePlace } from './place.ts';
import { notForUs, openWithProgram, sealWithProgram } from './program.ts';
import { replaceFile } from './replace-file.ts';

/**
 * A file encrypted with age (https://age-encryption.org/v1), armored or not, that holds only the secret. Needs no
 * program, but for SSH keys and plugins. What is written is armored and for the identity alone, whoever could read the
 * file before: a file of age does not tell for whom it is.
 */
export const backend: SecretBackend = {
  name: 'age',
  // The default identity is looked for there.
  settings: ['XDG_CONFIG_HOME'],
  session: [],
  read,
  write,
  writeHint: 'encrypt it yourself: `age -o FILE -r RECIPIENT`',
  diagnose,
};

async function read(argument: Json, ctx: SecretContext): Promise<SecretValue> {
  const place = agePlace(argument);
  const what = named(place);
  const sealed = await readSealed(place.file, what, ctx);
  const { openerOf, unarmored } = await import('./client.ts');
  const header = firstStanza(orThrow(() => unarmored(sealed), broken(what)));
  if (header === null) throw broken(what);
  if (header.startsWith('-> scrypt ')) {
    throw new McpformError(
      'SECRET_DENIED',
      `${what} is encrypted with a passphrase, and nobody can be asked`,
      {
        hint: 'encrypt it to a recipient instead: `age -r RECIPIENT`',
      },
    );
  }
  const identity = await readIdentity(place, what, ctx);
  if (identity.keys === null) {
    return toSecretValue(await openWithProgram(place.file, identity, what, ctx), what);
  }
  const { keys, path } = identity;
  const open = orThrow(() => openerOf(keys), damaged(path, what));
  const opened = await open(sealed).catch(() => {
    throw broken(what);
  });
  if (opened === null) throw notForUs(what);
  return toSecretValue(opened, what);
}

async function write(argument: Json, value: SecretValue, ctx: SecretContext): Promise<void> {
  const place = agePlace(argument);
  const what = named(place);
  const identity = await readIdentity(place, what, ctx);
  const { keys } = identity;
  if (keys === null) {
    const sealed = await sealWithProgram(value.reveal(), identity, what, ctx);
    return replaceFile(place.file, sealed, what, ctx);
  }
  const { sealText } = await import('./client.ts');
  const sealed = await sealText(value.reveal(), keys).catch(() => {
    throw damaged(identity.path, what);
  });
  return replaceFile(place.file, sealed, what, ctx);
}

async function diagnose(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis> {
  const places = sources.length === 0 ? [{ file: '' }] : sources.map(agePlace);
  for (const place of places) {
    try {
      const { keys, path } = await readIdentity(place, 'age', ctx);
      if (keys === null && (await findProgram('age', ctx)) === null) {
        return failed(
          `the identity file "${path}" takes the program "age", which is not there`,
          'install age',
        );
      }
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      // A machine without age is sound as long as nobody asks for it.
      if (sources.length === 0 && error.code === 'SECRET_NOT_FOUND') {
        return {
          check: 'secrets age',
          state: 'ok',
          detail: `no identity in "${identityPlaces(place, ctx)[0]}"`,
        };
      }
      return failed(error.message, error.hint ?? '');
    }
  }
  return { check: 'secrets age', state: 'ok', detail: 'identity found' };
}

function failed(detail: string, hint: string): Diagnosis {
  return { check: 'secrets age', state: 'failed', detail, hint };
}

const named = ({ file }: AgePlace): string => `age "${file}"`;

/** The line after the version; null when it is no file of age. */
function firstStanza(file: Uint8Array): string | null {
  const [version, stanza] = Buffer.from(file.subarray(0, 256)).toString('latin1').split('\n');
  return version === 'age-encryption.org/v1' ? (stanza ?? '') : null;
}

/** What the library throws may hold what it was given. */
function orThrow<T>(perform: () => T, failure: McpformError): T {
  try {
    return perform();
  } catch {
    throw failure;
  }
}

function damaged(path: string, what: string): McpformError {
  return new McpformError('SECRET_DENIED', `${what}: the identity file "${path}" is damaged`, {
    hint: 'look at it, or make a new one with `age-keygen`',
  });
}

function broken(what: string): McpformError {
  return new McpformError('SECRET_BACKEND_FAILED', `${what} is damaged, or no file of age`, {
    hint: 'see whether `age --decrypt` reads it, and fetch it again if not',
  });
}
