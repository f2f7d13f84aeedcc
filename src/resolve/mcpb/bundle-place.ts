import { isAbsolute, resolve } from 'node:path';
import { McpformError } from '../../model/error.ts';

/** Where a bundle is: `url` on the web, or an absolute `path` on this disk. */
export type BundlePlace =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'path'; readonly path: string };

/**
 * Reads the name of an `mcpb:` package. A relative path counts from `root`; with null, which is all that is known
 * when a launch is installed again, only an absolute one can be found.
 */
export function bundlePlace(name: string, root: string | null): BundlePlace {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) return { kind: 'url', url: checkUrl(name) };
  if (root === null && !isAbsolute(name)) {
    throw new McpformError('RESOLVE_NAME', `"${name}" does not say from which folder it counts`, {
      hint: 'run `mcpform apply` again, or write the absolute path',
    });
  }
  return { kind: 'path', path: root === null ? name : resolve(root, name) };
}

function checkUrl(name: string): string {
  const isPlain = URL.canParse(name) && !/[\s\x00-\x1f]/.test(name);
  if (isPlain && new URL(name).username === '' && new URL(name).password === '') return name;
  throw new McpformError('RESOLVE_NAME', 'the address of a bundle has credentials in it, or is none', {
    hint: 'write `mcpb:https://HOST/PATH.mcpb`; a bundle that needs a login can be downloaded and named by its path',
  });
}
