import { McpformError } from '../../model/error.ts';

/** A repository as a manifest names it. No part of it can be taken for an option or another kind of transport. */
export interface Repository {
  readonly url: string;
  /** Branch, tag or commit id; null: the branch that is checked out by default. */
  readonly ref: string | null;
}

/** Which transports Git may use. Everything else it knows is refused, wherever a redirect or setting points. */
export interface Transports {
  /** `file://` too: only for tests, and never by anything a manifest says. */
  readonly allowsFiles: boolean;
}

export const NETWORK_ONLY: Transports = { allowsFiles: false };

const remote =
  /^(?:https:\/\/|ssh:\/\/(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?)(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?\/[^\s\x00-\x1f?#\\]+$/;
const local = /^file:\/\/\/[^\s\x00-\x1f?#\\]+$/;
// https://git-scm.com/docs/git-check-ref-format, less what nobody uses
const refShape = /^[A-Za-z0-9][A-Za-z0-9._/+-]{0,250}$/;
const refFault = /\.\.|\/\/|\/\.|\.lock(\/|$)|[./]$/;

/** Throws RESOLVE_NAME for what is not an address and a ref that we hand to Git. */
export function readRepository(
  url: string,
  ref: string | undefined,
  { allowsFiles }: Transports,
): Repository {
  if (!remote.test(url) && !(allowsFiles && local.test(url))) {
    throw wrong(
      'the address of the repository is not https:// or ssh://, or has a password in it',
      'leave passwords to a Git credential helper',
    );
  }
  if (ref !== undefined && (!refShape.test(ref) || refFault.test(ref))) {
    throw wrong(
      `"${ref}" is not a branch, tag or commit of a repository`,
      'write `git:https://HOST/OWNER/REPOSITORY@COMMIT`',
    );
  }
  return { url, ref: ref ?? null };
}

/** The repository and commit of a pin, `git:URL@COMMIT`. */
export function readPinned(
  text: string,
  transports: Transports,
): { readonly url: string; readonly commit: string } {
  const at = text.lastIndexOf('@');
  const { url, ref } = readRepository(text.slice('git:'.length, at), text.slice(at + 1), transports);
  if (ref === null || !isCommitId(ref)) throw wrong(`"${text}" does not pin a commit`, 'run `mcpform lock`');
  return { url, commit: ref };
}

/** A whole id: SHA-1, or SHA-256 of newer repositories. */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function wrong(message: string, hint: string): McpformError {
  return new McpformError('RESOLVE_NAME', message, { hint });
}
