import { packageText } from '../../lock/package-text.ts';
import type { Context } from '../../model/context.ts';
import type { Finding } from '../../model/finding.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { CheckRequest, Releases, Resolution, ResolveRequest, Resolver } from '../../model/resolver.ts';
import { packageOf } from '../package-of.ts';
import { readBundleManifest } from './bundle-manifest.ts';
import { type BundlePlace, bundlePlace } from './bundle-place.ts';
import { assertIntegrity, type Bundle, fetchBundle, mismatch, shown, toIntegrity } from './fetch-bundle.ts';
import { fillIn, type MissingOption } from './fill-in.ts';
import { userFolders } from './user-folders.ts';

/** MCP bundles: a file at an address or in the repository, pinned by its hash. */
export const mcpbResolver: Resolver<PackagePin> = { resolve, check, releases };

type Request = ResolveRequest<PackagePin>;

async function resolve(request: Request, ctx: Context): Promise<Resolution<PackagePin>> {
  const asked = packageOf(request.runtime, 'mcpb');
  const { current, isUpdate } = request;
  const requested = packageText(asked);
  if (current !== null && !isUpdate && (current.requested ?? current.package) === requested) {
    return { pin: current, tree: null, findings: [] };
  }
  const place = bundlePlace(asked.name, request.root);
  const bundle = await fetchBundle(place, ctx);
  assertExpected(bundle, place, request);
  const pin = `mcpb:${asked.name}`;
  return {
    pin: {
      kind: 'package',
      package: pin,
      ...(requested === pin ? {} : { requested }),
      integrity: bundle.integrity,
    },
    tree: null,
    findings: await review(bundle, request.server, ctx),
  };
}

/** An address stands for one content. A file of one's own repository may change, when one asks for it. */
function assertExpected(bundle: Bundle, place: BundlePlace, { runtime, current, isUpdate }: Request): void {
  const { name, version } = packageOf(runtime, 'mcpb');
  if (version !== undefined) {
    const hint =
      'if the publisher replaced the file, find out why before you write its new hash into the manifest';
    assertIntegrity(bundle, toIntegrity(version), name, hint);
    return;
  }
  const isOwn = place.kind === 'path' && isUpdate;
  if (current?.integrity === undefined || current.package !== `mcpb:${name}` || isOwn) return;
  const hint = `find out why it changed; to take the new one, write \`mcpb:${name}#${shown(bundle.integrity)}\``;
  assertIntegrity(bundle, current.integrity, name, hint);
}

/** Looks at the bundle once, so that what cannot be started is said now and not when it is started. */
async function review(bundle: Bundle, server: string, ctx: Context): Promise<readonly Finding[]> {
  const { openBundle } = await import('./open-bundle.ts');
  const manifest = await readBundleManifest(await openBundle(bundle.bytes, ctx));
  const { missing } = fillIn(manifest, ctx.platform, userFolders(ctx));
  return missing.map((option) => ({
    code: 'RESOLVE_USER_CONFIG',
    severity: 'warning',
    message: `server "${server}": the bundle needs a value for "${option.key}" and has no default`,
    hint: whatToWrite(option),
  }));
}

function whatToWrite({ env, args }: MissingOption): string {
  const parts = [
    ...(env.length === 0 ? [] : [`set ${env.map((name) => `env.${name}`).join(', ')} of the server`]),
    ...(args.length === 0 ? [] : [`write its args: ${JSON.stringify(args)} with your value in place`]),
  ];
  return parts.length === 0 ? 'read the documentation of the bundle' : parts.join('; ');
}

async function check(
  { server, pin, root }: CheckRequest<PackagePin>,
  ctx: Context,
): Promise<readonly Finding[]> {
  const name = pin.package.slice('mcpb:'.length);
  const { integrity } = await fetchBundle(bundlePlace(name, root), ctx);
  if (integrity === pin.integrity) return [];
  return [
    {
      code: 'RESOLVE_INTEGRITY',
      severity: 'error',
      message: `server "${server}": ${mismatch(name, pin.integrity ?? 'sha256-', integrity)}`,
      hint: 'somebody replaced the file, or edited the lock',
    },
  ];
}

/** A file says nothing about others: what is newer stands at another address. */
async function releases(request: Request, ctx: Context): Promise<Releases> {
  const { integrity } = request.current ?? (await resolve(request, ctx)).pin;
  const version = integrity === undefined ? 'unknown' : shown(integrity).slice(0, 'sha256:'.length + 12);
  return { current: { version, publishedAt: null }, wanted: null, latest: null };
}
