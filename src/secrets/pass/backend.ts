import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { findProgram } from '../find-program.ts';
import { type ProgramAnswer, runProgram } from '../run-program.ts';
import { toSecretValue } from '../value.ts';
import { checkName, hasEntry, isFolder, kindOf, named, storeFolder } from './entry.ts';
import { judge, notFound } from './judge.ts';

/**
 * PASSWORD_STORE_ENABLE_EXTENSIONS and PASSWORD_STORE_EXTENSIONS_DIR are not here, and never get through: with them
 * pass runs what lies in a folder.
 */
const SETTINGS = [
  'PASSWORD_STORE_DIR',
  'PASSWORD_STORE_KEY',
  'PASSWORD_STORE_SIGNING_KEY',
  'PASSWORD_STORE_UMASK',
  'GNUPGHOME',
] as const;

/**
 * The first line of an entry of pass (https://www.passwordstore.org), where people keep the password itself; the lines
 * below are for whatever belongs to it, and stay as they are when the first is written.
 */
export const backend: SecretBackend = {
  name: 'pass',
  settings: SETTINGS,
  session: [],
  read,
  write,
  writeHint: 'write it with `pass insert NAME`',
  diagnose,
};

async function read(argument: Json, ctx: SecretContext): Promise<SecretValue> {
  const name = nameOf(argument);
  if (!(await hasEntry(name, ctx))) throw await missing(name, ctx);
  const [first] = split(await show(name, ctx));
  return toSecretValue(first, named(name));
}

async function write(argument: Json, value: SecretValue, ctx: SecretContext): Promise<void> {
  const name = nameOf(argument);
  const text = value.reveal();
  if (/[\r\n]/.test(text)) {
    throw new McpformError('SECRET_INVALID', `${named(name)}: only one line can be kept in an entry`, {
      hint: 'keep values of several lines in another backend, or in base64',
    });
  }
  // What pass does with the whole entry would lose the lines below the first.
  const rest = (await hasEntry(name, ctx)) ? split(await show(name, ctx))[1] : new Uint8Array();
  const lines = Buffer.from(rest).toString('utf8');
  if (!Buffer.from(lines).equals(rest)) {
    throw new McpformError('SECRET_INVALID', `${named(name)}: the lines below the first are not UTF-8`, {
      hint: 'change the entry with `pass edit`',
    });
  }
  const answer = await run(['insert', '--multiline', '--force', '--', name], name, ctx, `${text}\n${lines}`);
  if (answer.exitCode !== 0) throw judge(answer, name);
}

async function show(name: string, ctx: SecretContext): Promise<Uint8Array> {
  const answer = await run(['show', '--', name], name, ctx);
  if (answer.exitCode !== 0) throw judge(answer, name);
  return answer.stdout;
}

function run(
  args: readonly string[],
  name: string,
  ctx: SecretContext,
  input?: string,
): Promise<ProgramAnswer> {
  return runProgram(
    {
      program: 'pass',
      args,
      backend: 'pass',
      what: named(name),
      variables: SETTINGS,
      // What gpg reports for programs goes where its messages go.
      env: {
        LC_ALL: 'C',
        PASSWORD_STORE_GPG_OPTS: '--status-fd=2',
      },
      ...(input === undefined ? {} : { input }),
    },
    ctx,
  );
}

async function missing(name: string, ctx: SecretContext): Promise<McpformError> {
  if (!(await isFolder(name, ctx))) return notFound(name);
  return new McpformError('SECRET_NOT_FOUND', `${named(name)} is a folder of entries`, {
    hint: 'name one of them, as `pass ls` shows them',
  });
}

async function diagnose(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis> {
  const check = 'secrets pass';
  // Nobody's machine is unsound for a program that no manifest asks for.
  const state = sources.length === 0 ? 'ok' : 'failed';
  // pass takes gpg2 where there is one.
  for (const names of [['pass'], ['bash'], ['getopt'], ['gpg', 'gpg2']]) {
    const found = await Promise.all(names.map((name) => findProgram(name, ctx)));
    if (found.some((path) => path !== null)) continue;
    return { check, state, detail: `the program "${names[0]}" is not there`, hint: 'install pass' };
  }
  const folder = storeFolder(ctx);
  if ((await kindOf(folder, ctx)) === 'folder') return { check, state: 'ok', detail: folder };
  return {
    check,
    state,
    detail: `there is no store in "${folder}"`,
    hint: 'make one with `pass init GPG-ID`',
  };
}

/** The schema has checked that it is a text. */
function nameOf(argument: Json): string {
  if (typeof argument !== 'string') throw new Error('the argument of "pass" is no text');
  checkName(argument);
  return argument;
}

/** The first line with its end, and what is below it. */
function split(entry: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const end = entry.indexOf(LINE_FEED);
  return end === -1 ? [entry, new Uint8Array()] : [entry.subarray(0, end + 1), entry.subarray(end + 1)];
}

const LINE_FEED = 0x0a;
