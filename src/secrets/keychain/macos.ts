import { McpformError } from '../../model/error.ts';
import type { SecretContext, SecretValue } from '../../model/secret.ts';
import { type ProgramAnswer, runProgram } from '../run-program.ts';
import { toSecretValue } from '../value.ts';
import { type Entry, type Keychain, unknownFailure } from './entry.ts';

const TITLE = 'the macOS keychain';

/** Not from the PATH: whoever answers here is trusted with what is written. */
const PROGRAM = '/usr/bin/security';

/**
 * Generic passwords of the macOS keychain, through `security`. Not yet verified on a Mac: it was written after what
 * others have measured there, and is tested against a double of `security`.
 */
export const macKeychain: Keychain = {
  title: TITLE,
  program: () => PROGRAM,
  install: TITLE,
  read,
  write,
};

/** Somebody may have to type a password or touch a sensor. */
const TIMEOUT_MS = 60_000;

/**
 * `-w` prints hexadecimal digits, and does not say so, when the password has other than printable ASCII. So what looks
 * like that is asked for again with `-g`, which writes `password: 0x…` in that case, else `password: "…"`.
 */
async function read(entry: Entry, ctx: SecretContext): Promise<SecretValue> {
  const { what } = entry;
  const { exitCode, stdout } = await find(entry, '-w', ctx);
  if (exitCode !== 0) throw toFailure(what, exitCode);
  const text = Buffer.from(stdout).toString('latin1').replace(/\n$/, '');
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return toSecretValue(stdout, what);
  const { exitCode: again, stderr } = await find(entry, '-g', ctx);
  if (again !== 0) throw toFailure(what, again);
  if (/^password: 0x/m.test(stderr)) return toSecretValue(Buffer.from(text, 'hex'), what);
  if (/^password: "/m.test(stderr)) return toSecretValue(stdout, what);
  throw unknownFailure(what, TITLE);
}

/** `security -i` reads its commands from stdin, so the value is in no argument; in hexadecimal, it needs no quotes. */
async function write(entry: Entry, value: SecretValue, ctx: SecretContext): Promise<void> {
  const { service, account, what } = entry;
  const hex = Buffer.from(value.reveal()).toString('hex');
  const line = `add-generic-password -U -s ${quote(service, what)} -a ${quote(account, what)} -X ${hex}\n`;
  // Of a longer line it runs the first 4095 bytes, and takes the rest for another command.
  if (Buffer.byteLength(line) > 4000) {
    throw new McpformError('SECRET_TOO_LARGE', `${what}: too long for "security"`, {
      hint: 'add it with the app Keychain Access, or keep it in another backend',
    });
  }
  const { exitCode } = await run(['-i'], what, ctx, line);
  if (exitCode !== 0) throw toFailure(what, exitCode);
}

function quote(text: string, what: string): string {
  if (!/["\\\p{Cc}]/u.test(text)) return `"${text}"`;
  throw new McpformError('SECRET_INVALID', `${what}: such a name cannot be handed to "security"`, {
    hint: 'use a service and an account without quotes, backslashes and line breaks',
  });
}

function find(
  { service, account, what }: Entry,
  how: '-w' | '-g',
  ctx: SecretContext,
): Promise<ProgramAnswer> {
  return run(['find-generic-password', '-s', service, '-a', account, how], what, ctx);
}

function run(
  args: readonly string[],
  what: string,
  ctx: SecretContext,
  input?: string,
): Promise<ProgramAnswer> {
  const request = { program: PROGRAM, args, backend: TITLE, what, variables: [], timeoutMs: TIMEOUT_MS };
  return runProgram(input === undefined ? request : { ...request, input }, ctx);
}

/** Its exit code is the last byte of an OSStatus: -25300 is 44. */
function toFailure(what: string, exitCode: number | null): McpformError {
  if (exitCode === 44) {
    return new McpformError('SECRET_NOT_FOUND', `${what}: there is no such password`, {
      // Measured by others: for a keychain that is locked and cannot ask, the answer may be the same.
      hint: 'give it with `mcpform secrets set`, or unlock the keychain if it is locked',
    });
  }
  if (exitCode !== null && DENIED.has(exitCode)) {
    return new McpformError('SECRET_DENIED', `${what}: the keychain is locked, or somebody said no`, {
      hint: 'unlock it with "security unlock-keychain", in a session that can ask you',
    });
  }
  return unknownFailure(what, TITLE);
}

/** errSecInteractionNotAllowed (-25308), errSecAuthFailed (-25293), errSecUserCanceled (-128). */
const DENIED: ReadonlySet<number> = new Set([36, 51, 128]);
