import { packageText } from '../../lock/package-text.ts';
import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { Resolution, ResolveRequest, Resolver } from '../../model/resolver.ts';
import { packageOf } from '../package-of.ts';
import { assertSameContent } from './assert-same-content.ts';
import { check } from './check.ts';
import { type Project, readProject } from './project-name.ts';
import { releases } from './releases.ts';
import { parseRequirements, printRequirements } from './requirements.ts';
import { resolveWithPip } from './resolve-with-pip.ts';
import { hasUv, resolveWithUv } from './resolve-with-uv.ts';
import { isSameVersion } from './version.ts';

/** Python projects: an exact version, and hashed requirements for all it depends on. Wheels only. */
export const pypiResolver: Resolver<PackagePin> = { resolve, check, releases };

async function resolve(request: ResolveRequest<PackagePin>, ctx: Context): Promise<Resolution<PackagePin>> {
  const project = readProject(request.runtime);
  const asked = packageText(packageOf(request.runtime, 'pypi'));
  const kept = keep(request, asked);
  if (kept !== null) return kept;
  const resolved = (await hasUv(ctx))
    ? await resolveWithUv(project, request, ctx)
    : await resolveWithPip(project, request, ctx);
  const version = spell(resolved.version, project);
  const pin = `pypi:${project.written}@${version}`;
  if (request.currentTree !== null && request.current !== null) {
    assertSameContent(parseRequirements(request.currentTree), resolved.requirements);
  }
  const tree = printRequirements(resolved.requirements);
  return {
    pin: {
      kind: 'package',
      package: pin,
      ...(asked === pin ? {} : { requested: asked }),
      tree: treeDigest(tree),
    },
    tree,
    findings: resolved.findings,
  };
}

/** What is locked, when it answers the question and is whole. Nobody is asked then. */
function keep(request: ResolveRequest<PackagePin>, asked: string): Resolution<PackagePin> | null {
  const { current, currentTree, isUpdate } = request;
  if (current === null || currentTree === null || isUpdate) return null;
  const isWhole = current.tree === treeDigest(currentTree);
  if (!isWhole || (current.requested ?? current.package) !== asked) return null;
  return { pin: current, tree: currentTree, findings: [] };
}

/** `1.0` and `1.0.0` are one version; the manifest's spelling of it stays. */
function spell(version: string, { wanted }: Project): string {
  return wanted.kind === 'exact' && isSameVersion(wanted.version, version) ? wanted.version : version;
}
