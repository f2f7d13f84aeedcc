import { McpformError } from '../../model/error.ts';
import type { ProgramAnswer } from '../run-program.ts';
import { named } from './entry.ts';

/**
 * What it means that pass, or the gpg it runs, has failed. Both speak English (LC_ALL=C); what they said is looked at,
 * never repeated.
 */
export function judge({ exitCode, stderr }: ProgramAnswer, name: string): McpformError {
  const what = named(name);
  if (/is not in the password store/.test(stderr)) return notFound(name);
  if (/You must run:|password store is empty/.test(stderr)) {
    return new McpformError('SECRET_NOT_FOUND', `${what}: there is no password store`, {
      hint: 'make one with `pass init GPG-ID`',
    });
  }
  if (/: No secret key|: Bad passphrase|: Operation cancelled|: Timeout/.test(stderr)) {
    return hasKey(stderr) ? locked(what) : notForUs(what);
  }
  if (/^\[GNUPG:\] (?:NODATA|BADMDC|DECRYPTION_FAILED)/m.test(stderr)) {
    return new McpformError('SECRET_BACKEND_FAILED', `${what} is damaged`, {
      hint: 'fetch the store again, or write the entry anew',
    });
  }
  return new McpformError(
    'SECRET_BACKEND_FAILED',
    `${what}: "pass" failed (exit code ${exitCode ?? 'none'})`,
    {
      hint: 'run `pass show` for the entry yourself to see why',
    },
  );
}

/**
 * gpg says "No secret key" also of one that it has and cannot unlock: nobody to ask for the passphrase, or a wrong
 * one. But it reports that it considered the key (doc/DETAILS of GnuPG).
 */
const hasKey = (stderr: string): boolean => /^\[GNUPG:\] KEY_CONSIDERED /m.test(stderr);

function locked(what: string): McpformError {
  return new McpformError('SECRET_DENIED', `${what}: the GPG key is locked, or its passphrase was wrong`, {
    hint: 'unlock it by showing the entry in a terminal with `pass show`, then try again',
  });
}

function notForUs(what: string): McpformError {
  return new McpformError('SECRET_DENIED', `${what} is not encrypted to a GPG key of yours`, {
    hint: 'have the store encrypted to your key (`pass init`), or say where your keys are with GNUPGHOME',
  });
}

export function notFound(name: string): McpformError {
  return new McpformError('SECRET_NOT_FOUND', `${named(name)} is not in the password store`, {
    hint: 'correct the name in the manifest, or write the entry with `pass insert`',
  });
}
