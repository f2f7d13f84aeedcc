import { join } from 'node:path';
import { McpformError } from '../../model/error.ts';
import type { SecretContext, SecretValue } from '../../model/secret.ts';
import { runProgram } from '../run-program.ts';
import { toSecretValue } from '../value.ts';
import { type Entry, type Keychain, unknownFailure } from './entry.ts';
import { CREDENTIAL_SCRIPT } from './windows-script.ts';

const TITLE = 'the Windows Credential Manager';

/**
 * Generic credentials of the Windows Credential Manager: the service is the target, the account the user name, as
 * `cmdkey /generic:SERVICE /user:ACCOUNT` and Python's keyring have it. Not yet verified on Windows: it is tested
 * against a double of PowerShell.
 */
export const credentialManager: Keychain = {
  title: TITLE,
  program: powershell,
  install: 'Windows PowerShell',
  read,
  write,
};

/** CRED_MAX_CREDENTIAL_BLOB_SIZE, 5 * 512. */
const MAX_BYTES = 2560;

async function read(entry: Entry, ctx: SecretContext): Promise<SecretValue> {
  const answer = await ask(['read', utf8(entry.service), utf8(entry.account)], entry, ctx);
  return toSecretValue(toText(Buffer.from(answer, 'base64')), entry.what);
}

/** In UTF-16, as Windows' own tools write it. */
async function write(entry: Entry, value: SecretValue, ctx: SecretContext): Promise<void> {
  const blob = Buffer.from(value.reveal(), 'utf16le');
  if (blob.length > MAX_BYTES) {
    throw new McpformError('SECRET_TOO_LARGE', `${entry.what}: more than ${MAX_BYTES / 2} characters`, {
      hint: `${TITLE} keeps no more: keep it in another backend`,
    });
  }
  await ask(['write', utf8(entry.service), utf8(entry.account), blob.toString('base64')], entry, ctx);
}

/** Lines in base64 to stdin; from stdout a Win32 error code (0 is success) and base64. Nothing of it is an argument. */
async function ask(lines: readonly string[], { what }: Entry, ctx: SecretContext): Promise<string> {
  const { exitCode, stdout } = await runProgram(
    {
      program: powershell(ctx),
      args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand', ENCODED_SCRIPT],
      backend: TITLE,
      install: 'Windows PowerShell',
      what,
      variables: [],
      input: `${lines.join('\r\n')}\r\n`,
    },
    ctx,
  );
  const answer = /^(\d+) ([A-Za-z0-9+/=]*)\r?\n?$/.exec(Buffer.from(stdout).toString('latin1'));
  const [, code, base64] = answer ?? [];
  if (exitCode !== 0 || code === undefined || base64 === undefined) throw unknownFailure(what, TITLE);
  if (code === '0') return base64;
  throw toFailure(what, Number(code));
}

const ENCODED_SCRIPT = Buffer.from(CREDENTIAL_SCRIPT, 'utf16le').toString('base64');

/** Not from the PATH: whoever answers here is trusted with what is written. */
function powershell({ env }: SecretContext): string {
  const root = Object.entries(env).find(([name]) => name.toUpperCase() === 'SYSTEMROOT')?.[1];
  return join(root ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
}

function utf8(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Nothing says how a credential is encoded: UTF-16 by Windows' own tools, UTF-8 by some others. Text has no NUL. */
function toText(blob: Uint8Array): Uint8Array | string {
  const isWide = blob.length % 2 === 0 && blob.includes(0);
  return isWide ? Buffer.from(blob).toString('utf16le') : blob;
}

/** ERROR_NOT_FOUND; ERROR_ACCESS_DENIED and ERROR_NO_SUCH_LOGON_SESSION. */
function toFailure(what: string, code: number): McpformError {
  if (code === 1168) {
    return new McpformError('SECRET_NOT_FOUND', `${what}: there is no such generic credential`, {
      hint: 'give it with `mcpform secrets set`, or look at it in Credential Manager',
    });
  }
  if (code === 5 || code === 1312) {
    return new McpformError(
      'SECRET_DENIED',
      `${what}: Windows does not let this session in (error ${code})`,
      {
        hint: 'run it as the person whose credential it is, logged in to the desktop',
      },
    );
  }
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: ${TITLE} failed (error ${code})`, {
    hint: 'look the error up with "net helpmsg"',
  });
}
