import { join } from 'node:path';
import { McpformError } from '../../model/error.ts';
import type { SecretContext, SecretValue } from '../../model/secret.ts';
import { type ProgramAnswer, runProgram } from '../run-program.ts';
import { toSecretValue } from '../value.ts';
import { type Entry, type Keychain, unknownFailure } from './entry.ts';

const TITLE = 'the Secret Service';
const install = "libsecret's secret-tool (Debian: libsecret-tools)";

/**
 * GNOME Keyring, KWallet, KeePassXC and others, through `secret-tool` of libsecret. Somebody may have to unlock the
 * collection, so it gets a minute. https://specifications.freedesktop.org/secret-service/latest/
 */
export const secretService: Keychain = {
  title: TITLE,
  program: () => 'secret-tool',
  install,
  obstacle,
  read,
  write,
};

const TIMEOUT_MS = 60_000;

/** `secret-tool` keeps the first 8192 bytes of what it is given, says so on stderr, and ends with 0. */
const MAX_BYTES = 8191;

async function obstacle({ env, system: { files } }: SecretContext): Promise<string | null> {
  if ((env['DBUS_SESSION_BUS_ADDRESS'] ?? '') !== '') return null;
  const runtime = env['XDG_RUNTIME_DIR'];
  const isThere =
    runtime !== undefined && (await files.stat(join(runtime, 'bus')).catch(() => null)) !== null;
  return isThere ? null : 'there is no session bus';
}

async function read(entry: Entry, ctx: SecretContext): Promise<SecretValue> {
  const { what } = entry;
  const { exitCode, stdout, stderr } = await run('lookup', [], entry, ctx);
  if (exitCode === 0) return toSecretValue(stdout, what);
  if (stderr.trim() !== '') throw toFailure(what, stderr);
  throw (await isLocked(entry, ctx)) ? locked(what) : notFound(what);
}

async function write(entry: Entry, value: SecretValue, ctx: SecretContext): Promise<void> {
  const { service, account, what } = entry;
  const input = value.reveal();
  if (Buffer.byteLength(input) > MAX_BYTES) {
    throw new McpformError('SECRET_TOO_LARGE', `${what}: more than ${MAX_BYTES} bytes`, {
      hint: '"secret-tool" keeps no more: keep it in another backend',
    });
  }
  const { exitCode, stderr } = await run('store', [`--label=${service} (${account})`], entry, ctx, input);
  if (exitCode !== 0) throw toFailure(what, stderr);
}

/**
 * `lookup` ends with 1 and no word both where nothing is and where it is locked and nobody can be asked. `search` never
 * asks, and finds what is locked too.
 */
async function isLocked(entry: Entry, ctx: SecretContext): Promise<boolean> {
  const { stdout, stderr } = await run('search', [], entry, ctx);
  return /locked object/i.test(stderr) || stdout.length > 0;
}

function run(
  command: 'lookup' | 'search' | 'store',
  options: readonly string[],
  { service, account, what }: Entry,
  ctx: SecretContext,
  input?: string,
): Promise<ProgramAnswer> {
  const request = {
    program: 'secret-tool',
    args: [command, ...options, '--', 'service', service, 'account', account],
    backend: TITLE,
    install,
    what,
    variables: [],
    // Its messages are translated otherwise.
    env: { LC_ALL: 'C.UTF-8' },
    timeoutMs: TIMEOUT_MS,
  };
  return runProgram(input === undefined ? request : { ...request, input }, ctx);
}

/** Told apart by words: `secret-tool` ends with 1 whatever happened. */
function toFailure(what: string, stderr: string): McpformError {
  if (/locked|dismissed/i.test(stderr)) return locked(what);
  if (/not provided by any|ServiceUnknown/i.test(stderr)) {
    return new McpformError(
      'SECRET_BACKEND_MISSING',
      `${what}: nothing on this session's bus keeps secrets`,
      {
        hint: 'start GNOME Keyring, KWallet or KeePassXC',
      },
    );
  }
  if (/autolaunch|dbus-launch|could not connect|connection is closed|\baddress\b/i.test(stderr)) {
    return new McpformError('SECRET_DENIED', `${what}: there is no session bus`, {
      hint: 'run it in your desktop session, or set DBUS_SESSION_BUS_ADDRESS',
    });
  }
  if (/does not exist at path/i.test(stderr)) {
    return new McpformError(
      'SECRET_DENIED',
      `${what}: there is no keychain yet, and nobody to ask for its password`,
      {
        hint: 'log in to your desktop session, or make a default keyring there',
      },
    );
  }
  if (/timeout was reached|did not receive a reply/i.test(stderr)) {
    return new McpformError('SECRET_TIMEOUT', `${what}: ${TITLE} did not answer in time`, {
      hint: 'unlock it, then try again',
    });
  }
  if (/textual password/i.test(stderr)) {
    return new McpformError('SECRET_INVALID', `${what} is not text`, {
      hint: 'no environment variable can hold that: keep it as text, in base64 for example',
    });
  }
  return unknownFailure(what, TITLE);
}

function locked(what: string): McpformError {
  return new McpformError('SECRET_DENIED', `${what}: the keychain is locked`, {
    hint: 'unlock it in your desktop session, then try again',
  });
}

function notFound(what: string): McpformError {
  return new McpformError('SECRET_NOT_FOUND', `${what}: there is no such password`, {
    hint: 'look at its attributes "service" and "account", or give it with `mcpform secrets set`',
  });
}
