import { dirname, resolve } from 'node:path';
import type { Target } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { type Container, type ObserveRequest, targetKey } from '../../model/provider.ts';
import { managedFolders, projectFile, type UserPaths } from './paths.ts';
import { containerKey } from './place.ts';
import { existingKeys, findProjectKey, spellKey } from './project-key.ts';
import type { Reader } from './reader.ts';
import { type ProjectSettings, type Settings, SettingsReader, textsIn } from './settings.ts';
import { findWriteTarget } from './write-target.ts';

/** What `review` needs of the world, as plain data. Holds names and settings, never a value of an entry. */
export interface Facts {
  readonly platform: NodeJS.Platform;
  readonly config: string;
  readonly targets: readonly { readonly target: Target; readonly container: Container }[];
  /** Names of all entries per container, by `containerKey`. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly projects: readonly ProjectFacts[];
  readonly settings: Settings;
  /** Why a file could not be written, by file. */
  readonly unwritable: ReadonlyMap<string, Finding>;
}

/** One folder in which people start the client. */
export interface ProjectFacts {
  readonly folder: string;
  readonly key: string;
  readonly isTrusted: boolean;
  /** Toggled off by hand in this project. */
  readonly disabled: readonly string[];
  /** Lists that an old client kept in the user's config; it moves them to the settings when it runs next. */
  readonly legacy: JsonObject;
  /** `.mcp.json` files that count here, the nearest first. */
  readonly files: readonly string[];
  readonly settings: ProjectSettings;
}

export interface Gathering {
  readonly request: ObserveRequest;
  readonly containers: ReadonlyMap<string, Container>;
  readonly paths: UserPaths;
  readonly reader: Reader;
  /** Files that steps may write. */
  readonly writable: readonly string[];
}

export async function gatherFacts(
  gathering: Gathering,
  ctx: Context,
): Promise<{ readonly facts: Facts; readonly findings: readonly Finding[] }> {
  const { request, containers, paths, reader, writable } = gathering;
  const settings = new SettingsReader(ctx.system.files);
  const folders = new Set(request.targets.flatMap(({ folder }) => (folder === undefined ? [] : [folder])));
  if (request.root !== null) folders.add(request.root);
  const findings: Finding[] = [];
  const projects: ProjectFacts[] = [];
  for (const folder of folders) {
    const project = await gatherProject(folder, { ...gathering, settings, findings }, ctx);
    projects.push(project);
  }
  for (const [file, finding] of reader.unavailable) if (!writable.includes(file)) settings.note(finding);
  const facts: Facts = {
    platform: ctx.platform,
    config: paths.config,
    targets: request.targets.map((target) => ({
      target,
      container: containers.get(targetKey(target)) as Container,
    })),
    names: namesByContainer(paths, projects, reader),
    projects,
    settings: await settings.read(paths.folder, managedFolders(ctx)),
    unwritable: await findUnwritable(writable, ctx),
  };
  return { facts, findings: [...findings, ...settings.findings] };
}

interface GatheringProject extends Gathering {
  readonly settings: SettingsReader;
  readonly findings: Finding[];
}

async function gatherProject(
  folder: string,
  { request, paths, reader, settings, findings }: GatheringProject,
  ctx: Context,
): Promise<ProjectFacts> {
  const { files } = ctx.system;
  const found = await findProjectKey(folder, { files, platform: ctx.platform });
  if (
    found === null &&
    request.targets.some((target) => target.scope === 'local' && target.folder === folder)
  ) {
    findings.push({
      code: 'CLIENT_FOLDER_MISSING',
      severity: 'warning',
      message: `folder "${folder}" does not exist, so nobody can start Claude Code in it`,
    });
  }
  const key = found ?? spellKey(resolve(folder), ctx.platform);
  const projects = reader.value(paths.config)?.['projects'];
  const spellings = existingKeys(projects, key, ctx.platform);
  if (spellings.length > 1) findings.push(severalSpellings(paths.config, spellings));
  const spelled = spellings[0] ?? key;
  const state = isJsonObject(projects) ? projects[spelled] : undefined;
  const project = isJsonObject(state) ? state : {};
  const chain = projectFiles(folder);
  await Promise.all(chain.map((file) => reader.read(file)));
  return {
    folder,
    key: spelled,
    isTrusted: project['hasTrustDialogAccepted'] === true,
    disabled: textsIn(project['disabledMcpServers']),
    legacy: project,
    files: chain,
    settings: await settings.readProject(folder),
  };
}

function severalSpellings(config: string, spellings: readonly string[]): Finding {
  const [first, ...others] = spellings;
  return {
    code: 'CLIENT_PROJECT_SPELLINGS',
    severity: 'warning',
    message: `"${config}" knows one folder as "${first}" and as ${others.map((other) => `"${other}"`).join(', ')}; only the first is managed`,
    hint: 'Claude Code in the terminal and in the editor may each read another one: remove the spelling you do not use',
  };
}

/** The client reads the file of every folder upwards, beyond the repository too. */
function projectFiles(folder: string): readonly string[] {
  const files: string[] = [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    files.push(projectFile(at));
    if (dirname(at) === at) return files;
  }
}

function namesByContainer(
  paths: UserPaths,
  projects: readonly ProjectFacts[],
  reader: Reader,
): ReadonlyMap<string, readonly string[]> {
  const containers = [
    { file: paths.config, path: ['mcpServers'] },
    ...projects.flatMap(({ key, files }) => [
      { file: paths.config, path: ['projects', key, 'mcpServers'] },
      ...files.map((file) => ({ file, path: ['mcpServers'] })),
    ]),
  ];
  return new Map(
    containers.map(
      ({ file, path }) => [containerKey(file, path), namesAt(reader.value(file), path)] as const,
    ),
  );
}

function namesAt(root: JsonObject | null, path: readonly string[]): readonly string[] {
  let at: unknown = root;
  for (const key of path) at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return isJsonObject(at) ? Object.keys(at) : [];
}

async function findUnwritable(files: readonly string[], ctx: Context): Promise<ReadonlyMap<string, Finding>> {
  const problems = new Map<string, Finding>();
  for (const file of files) {
    try {
      await findWriteTarget(file, ctx.system.files);
    } catch (error) {
      if (!(error instanceof McpformError)) continue;
      const { code, message, hint } = error;
      problems.set(file, { code, severity: 'warning', message, ...(hint === undefined ? {} : { hint }) });
    }
  }
  return problems;
}
