import { sourceError } from './fail.ts';

/** Where a stack comes from, as somebody wrote it: understood, and nothing in it can be taken for an option. */
export type SourceSpec = FolderSpec | GitSpec;

export interface FolderSpec {
  readonly kind: 'folder';
  /** As written: of a folder, or of one manifest file. */
  readonly path: string;
  readonly paths: readonly string[];
}

export interface GitSpec {
  readonly kind: 'git';
  readonly url: string;
  /** Branch, tag, whole `refs/…`, or commit id; null: what the remote has checked out. */
  readonly ref: string | null;
  /** In merge order, relative to the root of the repository; files, or folders with an `mcp.yaml`. Empty: the root. */
  readonly paths: readonly string[];
  /** For people. */
  readonly shown: string;
}

export interface SpecOptions {
  /** More manifest files, after those of the spec itself. */
  readonly paths?: readonly string[];
  /** `file://` and `git://` too: mirrors of machines without a network, and tests. */
  readonly allowLocal?: boolean;
}

/**
 * Reads a folder, or `URL[@REF][:PATH[,PATH]]`. The first `@` and the first `:` after the host end the address and the
 * ref. Throws SOURCE_INVALID, without what may be a password.
 */
export function parseSpec(text: string, { paths = [], allowLocal = false }: SpecOptions = {}): SourceSpec {
  // `ext::…` would be a program to run.
  if (text === '' || /^-|^[\w+.-]+::/.test(text) || CONTROL.test(text)) {
    throw invalid('a source is empty, begins with `-`, or has `::` or control characters', WRITE);
  }
  const address = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*|[^@/\\\s:]+@[^:/\s]+:(?!\/\/))/.exec(text)?.[0];
  if (address === undefined) return { kind: 'folder', path: text, paths };
  assertPlain(address);
  const [, place = '', ref, files] =
    /^([^@:]*)(?:@([^:]*))?(?::(.*))?$/s.exec(text.slice(address.length)) ?? [];
  const url = address + place;
  assertAddress(url, allowLocal);
  if (ref !== undefined) assertRef(ref);
  const all = [...(files === undefined ? [] : files.split(',')), ...paths].map(plainPath);
  const shownPaths = all.length === 0 ? '' : `:${all.join(',')}`;
  return {
    kind: 'git',
    url,
    ref: ref ?? null,
    paths: all,
    shown: `${url}${ref === undefined ? '' : `@${ref}`}${shownPaths}`,
  };
}

const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const WRITE = 'write a folder, or `https://HOST/OWNER/REPOSITORY[@REF][:PATH]`';

/** Who asks with a password or token in the address would have it in process lists, logs and the history. */
function assertPlain(address: string): void {
  const user = /^(\w[\w+.-]*):\/\/(.*)@/s.exec(address);
  if (user === null || (user[1]?.toLowerCase() === 'ssh' && !user[2]?.includes(':'))) return;
  throw invalid(
    'the address of the repository has a password or a user in it',
    'leave it out, and have a Git credential helper know it: `git config --global credential.helper`',
  );
}

const HOST = '(?:[A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9a-fA-F:.]+\\])';
const PLACE = '[^\\s?#\\\\@:]+';
const USER = '[A-Za-z0-9_][A-Za-z0-9_.-]*';
const REMOTE = new RegExp(
  `^(?:https://${HOST}(?::\\d{1,5})?/${PLACE}|ssh://(?:${USER}@)?${HOST}(?::\\d{1,5})?/${PLACE}|${USER}@${HOST}:(?!-)${PLACE})$`,
);
const LOCAL = new RegExp(`^(?:file:///${PLACE}|git://${HOST}(?::\\d{1,5})?/${PLACE})$`);

function assertAddress(url: string, allowLocal: boolean): void {
  if (REMOTE.test(url) || (allowLocal && LOCAL.test(url))) return;
  // Not shown: what is wrong with it may be a password.
  throw invalid(
    'the address of the repository is not one that a source may have',
    LOCAL.test(url)
      ? 'only https and ssh, unless local sources are allowed by a flag'
      : `only https and ssh: ${WRITE}`,
  );
}

/** As `git check-ref-format` has it. */
function assertRef(ref: string): void {
  const isWrong =
    /^[-/.]|[/.]$|\.\.|\/\/|\/\.|@\{|[\s~^:?*[\\]|\.lock(?:\/|$)/.test(ref) ||
    ref === '' ||
    ref === '@' ||
    ref.length > 250;
  if (isWrong)
    throw invalid(`"${ref}" is not a branch, tag or commit`, 'see `git ls-remote` for what there is');
}

function plainPath(path: string): string {
  const plain = path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
  const names = plain.split('/');
  const isWrong =
    CONTROL.test(path) ||
    /^-|\\/.test(path) ||
    path.length > 4096 ||
    names.some((name) => /^(?:\.{0,2}|\.git)$/i.test(name));
  if (isWrong && plain !== '.' && plain !== '') {
    throw invalid(`"${path}" is not a path within a repository`, 'write it from the root of the repository');
  }
  return plain === '.' ? '' : plain;
}

function invalid(message: string, hint: string): Error {
  return sourceError('SOURCE_INVALID', message, hint);
}
