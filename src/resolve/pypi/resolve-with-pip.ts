import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { coolDown } from './cooldown.ts';
import { type Indexes, type Listing, listProject, listProjects } from './indexes.ts';
import { leftOutOf } from './left-out.ts';
import { pipIndexes } from './pip-indexes.ts';
import type { Project } from './project-name.ts';
import type { ProjectPage } from './project-page.ts';
import { type Report, type ReportItem, readReport } from './report.ts';
import type { Pinned, Requirements } from './requirements.ts';
import { findPip, type PipRun, pipFailure, runPip, type World } from './run-pip.ts';
import { printSpecifier } from './specifier.ts';
import { isSameVersion } from './version.ts';
import { yankedFinding } from './yanked-finding.ts';

export interface Resolved {
  readonly version: string;
  readonly requirements: Requirements;
  readonly findings: readonly Finding[];
}

/**
 * Lets pip choose: the user's own indexes and passwords, wheels only. Then asks the index for the other wheels of
 * each version, so that the pins are good on other machines too.
 */
export function resolveWithPip(
  project: Project,
  { server, cooldownMs }: { readonly server: string; readonly cooldownMs: number },
  ctx: World,
): Promise<Resolved> {
  return withPrivateFolder(async (folder) => {
    const python = await findPip(ctx);
    const indexes = await pipIndexes(python, folder, ctx);
    const cooled =
      cooldownMs > 0 && project.wanted.kind !== 'exact'
        ? coolDown(await listProject(project.name, indexes, ctx), {
            project,
            server,
            cooldownMs,
            nowMs: ctx.system.clock.now(),
          })
        : { exclusions: [], findings: [] };
    const run = await runPip(python, dryRun(project, cooled.exclusions), folder, ctx);
    if (run.exitCode !== 0) throw await explain(run, project, indexes, ctx);
    const report = readReport(run.stdout);
    const top = report.items.find(({ name }) => name === project.name);
    if (top === undefined) throw pipFailure(run, `find "${project.name}"`);
    const resolved = await pinAll(report, indexes, ctx);
    const findings = [...cooled.findings, ...findingsOf(report, resolved, server)];
    return { version: top.version, requirements: requirementsOf(report, resolved), findings };
  }, ctx);
}

function dryRun(project: Project, exclusions: readonly string[]): readonly string[] {
  return [
    ...['install', '--dry-run', '--ignore-installed', '--quiet', '--report', '-'],
    ...['--only-binary', ':all:', '--no-color', '--progress-bar', 'off'],
    ...['--', requirementOf(project, exclusions)],
  ];
}

/** `name[extra]==1.2`, as pip and uv read it. */
export function requirementOf({ name, extras, wanted }: Project, exclusions: readonly string[] = []): string {
  const withExtras = extras.length === 0 ? name : `${name}[${extras.join(',')}]`;
  const clauses = exclusions.map((version) => `!=${version}`);
  switch (wanted.kind) {
    case 'exact':
      return `${withExtras}==${wanted.version}`;
    case 'range':
      return `${withExtras}${[printSpecifier(wanted.specifier), ...clauses].join(',')}`;
    case 'any':
      return `${withExtras}${clauses.join(',')}`;
  }
}

interface PinnedItem {
  readonly pinned: Pinned;
  readonly isYanked: boolean;
}

async function pinAll(report: Report, indexes: Indexes, ctx: World): Promise<readonly PinnedItem[]> {
  const names = report.items.map(({ name }) => name);
  const listings = await listProjects(names, indexes, ctx);
  return report.items.map((item, index) => pin(item, listings[index] as Listing));
}

/**
 * All wheels of the version, from the one page that has the wheel pip chose: another index may have other files under
 * the same name, and those are not what was looked at.
 */
function pin(item: ReportItem, { pages }: Listing): PinnedItem {
  const { name, version, sha256 } = item;
  const isChosen = (page: ProjectPage): boolean => page.wheels.some((wheel) => wheel.sha256 === sha256);
  const page = pages.find(isChosen);
  const wheels = (page?.wheels ?? []).filter((wheel) => isSameVersion(wheel.versionText, version));
  const hashes = wheels.flatMap((wheel) => (wheel.sha256 === null ? [] : [wheel.sha256]));
  const isPartial = page === undefined || hashes.length < wheels.length;
  return {
    pinned: { name, version, marker: null, hashes: [...new Set([sha256, ...hashes])].sort(), isPartial },
    isYanked: item.isYanked || wheels.some((wheel) => wheel.sha256 === sha256 && wheel.yanked !== null),
  };
}

function requirementsOf(report: Report, items: readonly PinnedItem[]): Requirements {
  const { platform_python_implementation: python = 'Python', python_version: version = '3' } =
    report.environment;
  const platform = report.environment['sys_platform'] ?? 'this platform';
  return {
    header: [
      'Written by mcpform; commit it beside the lock.',
      `Resolved by pip for ${python} ${version} on ${platform}.`,
    ],
    pinned: items.map(({ pinned }) => pinned),
    leftOut: leftOutOf(report),
  };
}

function findingsOf(report: Report, items: readonly PinnedItem[], server: string): readonly Finding[] {
  const partial = items.filter(({ pinned }) => pinned.isPartial).map(({ pinned }) => `"${pinned.name}"`);
  const left = [...new Set(leftOutOf(report).map(({ name }) => `"${name}"`))];
  const yanked = items.filter(({ isYanked }) => isYanked);
  return [
    ...(partial.length === 0
      ? []
      : [
          onlyHere(
            server,
            `only this machine's wheel of ${listed(partial)} is pinned: the index could not be read`,
          ),
        ]),
    ...(left.length === 0
      ? []
      : [onlyHere(server, `other machines also need ${listed(left)}, which pip does not look up here`)]),
    ...yanked.map(({ pinned: { name, version } }) => yankedFinding(server, name, version)),
  ];
}

function onlyHere(server: string, what: string): Finding {
  return {
    code: 'RESOLVE_PARTIAL',
    severity: 'info',
    message: `server "${server}": ${what}`,
    hint: 'installing where something is missing fails; lock with uv on the PATH to have it for all machines',
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

/** Why pip found nothing: there is no such thing, or only source archives of it. */
async function explain(run: PipRun, project: Project, indexes: Indexes, ctx: World): Promise<McpformError> {
  const failure = pipFailure(run, `resolve "${project.written}"`);
  if (/mcpform lets pip start no program|No permission to execute/.test(run.stderr)) {
    return new McpformError(
      'RESOLVE_NO_WHEEL',
      `"${project.written}" depends on something that has to be built`,
      {
        hint: 'building runs its code; ask its publisher for a wheel',
      },
    );
  }
  const missing =
    /(?:satisfies the requirement|No matching distribution found for) ([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(
      run.stderr,
    )?.[1];
  if (failure.code !== 'RESOLVE_TOOL' || missing === undefined) return failure;
  const { pages } = await listProject(missing, indexes, ctx);
  if (pages.some(({ sources, wheels }) => sources.length > 0 && wheels.length === 0)) {
    return new McpformError('RESOLVE_NO_WHEEL', `"${missing}" has source archives and no wheel`, {
      hint: 'building one runs its code; ask its publisher for a wheel',
    });
  }
  const wanted = missing === project.name ? requirementOf(project) : missing;
  return new McpformError('RESOLVE_NOT_FOUND', `no index has a wheel of "${wanted}" for this machine`, {
    hint: 'check the name and version, `pip config list`, and that the version supports your Python',
  });
}
