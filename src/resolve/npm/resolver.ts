import { packageText } from '../../lock/package-text.ts';
import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import type { Finding } from '../../model/finding.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { CheckRequest, Releases, Resolution, ResolveRequest, Resolver } from '../../model/resolver.ts';
import { packageOf } from '../package-of.ts';

/** Packages of npm registries, pinned with all that they depend on. npm's own libraries are loaded when needed. */
export const npmResolver: Resolver<PackagePin> = { resolve, check, releases };

async function resolve(request: ResolveRequest<PackagePin>, ctx: Context): Promise<Resolution<PackagePin>> {
  const { current, currentTree, isUpdate } = request;
  const requested = packageText(packageOf(request.runtime, 'npm'));
  const isAnswered = current !== null && (current.requested ?? current.package) === requested;
  if (isAnswered && !isUpdate && currentTree !== null && treeDigest(currentTree) === current.tree) {
    return { pin: current, tree: currentTree, findings: [] };
  }
  const { lockPackage } = await import('./lock-package.ts');
  return await lockPackage({ ...request, requested, isAnswered }, ctx);
}

async function check(request: CheckRequest<PackagePin>, ctx: Context): Promise<readonly Finding[]> {
  const { checkPin } = await import('./check-pin.ts');
  return await checkPin(request, ctx);
}

async function releases(request: ResolveRequest<PackagePin>, ctx: Context): Promise<Releases> {
  const { findReleases } = await import('./find-releases.ts');
  return await findReleases(request, ctx);
}
