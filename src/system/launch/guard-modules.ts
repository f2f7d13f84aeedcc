import module from 'node:module';
import { sep } from 'node:path';

/**
 * Keeps the modules of an installed package to that package: what one of them asks for by name is found in its own
 * tree, or not at all. Otherwise an optional dependency that the lock does not have would be taken from wherever Node
 * finds one above the store. Preloaded (`--require`), so that worker threads and forks have it too.
 */
export function guardModules(): void {
  const { registerHooks } = module as unknown as { registerHooks?: (hooks: { resolve: Resolve }) => void };
  if (registerHooks !== undefined) {
    registerHooks({ resolve: resolveInTree });
    return;
  }
  guardRequire();
  guardImport();
}

type Resolve = (specifier: string, context: ResolveContext, next: NextResolve) => { url: string };
type NextResolve = (specifier: string, context: ResolveContext) => { url: string };

interface ResolveContext {
  readonly parentURL?: string;
  readonly conditions: readonly string[];
}

const resolveInTree: Resolve = (specifier, context, next) => {
  const found = next(specifier, context);
  if (!found.url.startsWith('file:') || !isForeign(specifier, context.parentURL, found.url)) return found;
  const isRequired = context.conditions.includes('require');
  throw notFound(specifier, isRequired ? 'MODULE_NOT_FOUND' : 'ERR_MODULE_NOT_FOUND');
};

/**
 * Whether somebody in a tree of the store asked for a name, and it was found outside of that tree. A path or a URL is
 * no name: a server may load what it is told to load.
 */
function isForeign(specifier: string, parent: string | null | undefined, found: string): boolean {
  if (/^(?:\.{0,2}[\\/]|\.{1,2}$|[a-z][a-z0-9+.-]+:)/i.test(specifier)) return false;
  const tree = /^.*[\\/]store[\\/][0-9a-f]{64}[\\/]tree[\\/]/.exec(parent ?? '')?.[0];
  return tree !== undefined && !found.startsWith(tree);
}

function notFound(name: string, code: string): Error {
  const message = `Cannot find package '${name}' among those that were installed with the server`;
  return Object.assign(new Error(message), { code });
}

/** Before Node 22.15, `require` has no hooks; loaders have always replaced this function. */
function guardRequire(): void {
  const loader = module as unknown as { _resolveFilename: ResolveFilename };
  const original = loader._resolveFilename;
  loader._resolveFilename = function resolve(request, parent, ...rest) {
    const found = original.call(this, request, parent, ...rest);
    // Node's own modules have no path.
    if (!found.includes(sep) || module.isBuiltin(found) || !isForeign(request, parent?.filename, found))
      return found;
    throw notFound(request, 'MODULE_NOT_FOUND');
  };
}

type ResolveFilename = (
  this: unknown,
  request: string,
  parent: { filename?: string | null } | undefined,
  ...rest: unknown[]
) => string;

/** `import` has hooks in a thread of their own, which take their code as text. */
function guardImport(): void {
  const code = `
    const isForeign = ${isForeign};
    const notFound = ${notFound};
    export async function resolve(specifier, context, next) {
      const found = await next(specifier, context);
      if (!found.url.startsWith('file:') || !isForeign(specifier, context.parentURL, found.url)) return found;
      throw notFound(specifier, 'ERR_MODULE_NOT_FOUND');
    }`;
  const { register } = module as unknown as { register: (url: string) => void };
  register(`data:text/javascript,${encodeURIComponent(code)}`);
}
