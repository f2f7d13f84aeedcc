import type { Code } from '../../model/codes.ts';
import { McpformError } from '../../model/error.ts';

/** What we were about, as messages name it. */
export interface Subject {
  /** `name@version` or `name`. */
  readonly what: string;
  /** Address of its registry. */
  readonly registry: string;
}

/** A request that our own transport did not send; npm's libraries copy it from error to error. */
export interface Refused {
  readonly code: Extract<Code, 'RESOLVE_INSECURE' | 'RESOLVE_UNAVAILABLE'>;
  readonly message: string;
}

/**
 * A failure of npm's libraries as one of ours. Their own messages and errors are not passed on: they quote addresses
 * and lines of configuration, and there are tokens in both.
 */
export function toFailure(error: unknown, { what, registry }: Subject): McpformError {
  if (error instanceof McpformError) return error;
  const { refused, message } = error as { readonly refused?: Refused; readonly message?: unknown };
  const at = `"${what}" from "${hostOf(registry)}"`;
  if (refused !== undefined) return new McpformError(refused.code, `${at}: ${refused.message}`);
  const code = codeOf(error);
  const [kind, words, hint] = FAILURES[code] ?? otherFailure(code);
  const said = kind === 'RESOLVE_INTEGRITY' ? hashesIn(String(message)) : words;
  return new McpformError(kind, `${at}: ${said}`, { hint });
}

type Failure = readonly [code: Code, words: string, hint: string];

const missing: Failure = [
  'RESOLVE_NOT_FOUND',
  'there is no such package, or it is shown to others only',
  'check the name, and the registry of its scope in your `.npmrc`',
];
const noVersion: Failure = [
  'RESOLVE_NOT_FOUND',
  'it has no such version, range or tag, or none that is old enough',
  'see `npm view NAME versions time`, and ask for one of those',
];
const denied: Failure = [
  'RESOLVE_DENIED',
  'the registry denied access',
  'log in with `npm login`, or check the token in your `.npmrc`',
];
const changed: Failure = [
  'RESOLVE_INTEGRITY',
  '',
  'nothing of it was used; find out who changed it before you lock it again',
];
const foreign: Failure = [
  'RESOLVE_SOURCE',
  'it or a dependency comes from Git, a web address or a folder',
  'ask for a version whose dependencies all come from a registry',
];

const FAILURES: Readonly<Record<string, Failure>> = {
  E404: missing,
  ETARGET: noVersion,
  ENOVERSIONS: noVersion,
  E401: denied,
  E403: denied,
  ENEEDAUTH: denied,
  EOTP: denied,
  EAUTHIP: denied,
  EINTEGRITY: changed,
  EBADSIZE: changed,
  EALLOWGIT: foreign,
  EALLOWREMOTE: foreign,
  EALLOWFILE: foreign,
  EALLOWDIRECTORY: foreign,
  EBADPLATFORM: [
    'RESOLVE_PLATFORM',
    `it or a dependency is not for ${process.platform} on ${process.arch}`,
    'use a machine that it is for',
  ],
  ERESOLVE: ['RESOLVE_DEPENDENCIES', 'its dependencies contradict one another', 'ask for another version'],
};

const DISK = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'EIO',
  'ENOTDIR',
  'ENOENT',
]);

function otherFailure(code: string): Failure {
  if (DISK.has(code)) {
    return ['RESOLVE_INSTALL', `its files cannot be written (${code})`, 'look at disk space and permissions'];
  }
  return [
    'RESOLVE_UNAVAILABLE',
    `the registry cannot be reached, or does not answer as registries do (${code})`,
    'try again, or check registry, proxy and certificates in your `.npmrc`',
  ];
}

function codeOf(error: unknown): string {
  const { code, type, name } = error as Partial<Record<'code' | 'type' | 'name', unknown>>;
  return String([code, type, name].find((each) => typeof each === 'string') ?? 'no reason given');
}

/** Of the library's words only the two hashes, in the order in which it names them: wanted, found. */
function hashesIn(message: string): string {
  const [wanted, found] = [...message.matchAll(/(?:wanted|but got) (sha\d+-[A-Za-z0-9+/=]+)/gi)].map(
    ([, hash]) => hash,
  );
  if (wanted === undefined || found === undefined) return 'its content is not what was promised';
  return `its content should have the integrity ${wanted}, but has ${found}`;
}

function hostOf(registry: string): string {
  return URL.canParse(registry) ? new URL(registry).host : 'its registry';
}
