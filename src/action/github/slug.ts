import { escapeText } from '../../formats/escape.ts';
import { McpformError } from '../../model/error.ts';

/** `OWNER/NAME` of a repository, in two. */
export interface Slug {
  readonly owner: string;
  readonly repo: string;
}

/** Throws GITHUB_ADDRESS_INVALID for what GitHub gives no repository: it would become part of an address. */
export function checkSlug({ owner, repo }: Slug): Slug {
  const isOwner = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/.test(owner);
  const isRepo = /^[\w.-]{1,100}$/.test(repo) && repo !== '.' && repo !== '..';
  if (isOwner && isRepo) return { owner, repo };
  const shown = escapeText(`${owner}/${repo}`).slice(0, 200);
  throw new McpformError('GITHUB_ADDRESS_INVALID', `"${shown}" is not a repository of GitHub`, {
    hint: 'write OWNER/NAME',
  });
}
