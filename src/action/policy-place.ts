import { McpformError } from '../model/error.ts';

/** Where an organisation's policy is. */
export type PolicyPlace =
  /** In the repository that the workflow runs for, at the revision that is compared with: never the pull request's own. */
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'repository';
      readonly owner: string;
      readonly repo: string;
      readonly path: string;
      readonly ref: string;
    };

/** `policy.yaml`, or `OWNER/REPO/PATH@REF` as in `uses:`. Throws ACTION_INPUT_INVALID. */
export function parsePolicyPlace(text: string): PolicyPlace {
  const split = text.lastIndexOf('@');
  const [owner = '', repo = '', ...path] = (split === -1 ? text : text.slice(0, split)).split('/');
  const isPath = (parts: readonly string[]): boolean =>
    parts.length > 0 && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (split !== -1) {
    const ref = text.slice(split + 1);
    const isNamed = /^[\w.-]+$/.test(owner) && /^[\w.-]+$/.test(repo) && /^[\w./-]+$/.test(ref);
    if (isNamed && isPath(path) && !ref.startsWith('-')) {
      return { kind: 'repository', owner, repo, path: path.join('/'), ref };
    }
  } else if (isPath(text.split('/')) && !/^[-\\]/.test(text)) {
    return { kind: 'file', path: text };
  }
  throw new McpformError(
    'ACTION_INPUT_INVALID',
    `input policy: "${text}" is neither a path in this repository nor OWNER/REPO/PATH@REF`,
    {
      hint: 'write `policy: .github/mcp-policy.yaml` or `policy: acme/policies/mcp.yaml@v1`',
    },
  );
}
