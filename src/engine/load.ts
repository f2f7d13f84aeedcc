import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { parseLock } from '../lock/parse-lock.ts';
import { locateFindings } from '../manifest/locate.ts';
import { parseManifest, type Source } from '../manifest/parse-manifest.ts';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { type Finding, hasErrors } from '../model/finding.ts';
import type { SourceIdentity } from '../model/inventory.ts';
import { EMPTY_LOCK, type Lock } from '../model/lock.ts';
import type { Manifest } from '../model/manifest.ts';
import { findManifest } from './find-manifest.ts';
import { type GitFacts, readGitFacts } from './git-facts.ts';
import { readInput } from './read-input.ts';
import { identifySource } from './source-identity.ts';
import { version } from './version.ts';

/** Clients whose entries we can write. */
export const CLIENT_NAMES = ['claude-code'] as const;

export interface LoadRequest {
  /** As given with `-f`; empty means look for `mcp.yaml`. */
  readonly files: readonly string[];
  readonly cwd: string;
  /** `--var`, variable files and `MCPFORM_VAR_*`, already merged. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The first hand-over of the pipeline: what a person declared, and where it comes from. */
export interface Loaded {
  readonly manifest: Manifest;
  readonly sources: readonly Source[];
  readonly findings: readonly Finding[];
  readonly lock: Lock;
  readonly lockPath: string;
  readonly git: GitFacts | null;
  readonly source: SourceIdentity;
}

/** Reads manifest and lock. Throws one failure with all findings when the manifest has errors. */
export async function load(request: LoadRequest, ctx: Context): Promise<Loaded> {
  const { files } = ctx.system;
  const paths = await findManifest(request.files, request.cwd, files);
  const sources = await Promise.all(
    paths.map(async (path) => ({ path, bytes: await readInput(path, 'MANIFEST_UNREADABLE', files) })),
  );
  const folder = dirname(await files.realPath(paths[0] as string));
  const git = await readGitFacts(folder, files);
  const { manifest, findings } = await parseCached(sources, git?.root ?? folder, request.variables, ctx);
  const located = findings.length === 0 ? findings : locateFindings(findings, sources);
  if (manifest === null) {
    const errors = located.filter((finding) => finding.severity === 'error').length;
    throw new McpformError(
      'MANIFEST_INVALID',
      `the manifest has ${errors} ${errors === 1 ? 'error' : 'errors'}`,
      {
        findings: located,
      },
    );
  }
  const lockPath = lockPathOf(paths[0] as string);
  return {
    manifest,
    sources,
    findings: located,
    lock: await readLock(lockPath, ctx),
    lockPath,
    git,
    source: await identifySource(paths, git, folder, files),
  };
}

/** `mcp.yaml` → `mcp.lock.yaml`, beside it. */
function lockPathOf(manifestPath: string): string {
  return manifestPath.replace(/\.ya?ml$|$/, '.lock.yaml');
}

async function readLock(path: string, ctx: Context): Promise<Lock> {
  let bytes: Buffer;
  try {
    await ctx.system.files.stat(path);
    bytes = await readInput(path, 'LOCK_UNREADABLE', ctx.system.files);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return EMPTY_LOCK;
    throw error;
  }
  const { lock, findings } = parseLock(bytes, path);
  if (lock === null || hasErrors(findings)) {
    throw new McpformError('LOCK_INVALID', `"${path}" is not a valid lock`, {
      findings: locateFindings(findings, [{ path, bytes }]),
    });
  }
  return lock;
}

interface Parsed {
  readonly manifest: Manifest | null;
  readonly findings: readonly Finding[];
}

/** Canonical manifests are cached by the text they came from and the version that made them. */
async function parseCached(
  sources: readonly Source[],
  root: string,
  variables: Readonly<Record<string, string>>,
  ctx: Context,
): Promise<Parsed> {
  const hash = createHash('sha256').update(
    JSON.stringify([version, root, variables, sources.map(({ path }) => path)]),
  );
  for (const { bytes } of sources) hash.update('\0').update(bytes);
  const cached = join(ctx.folders.cache, 'manifests', `${hash.digest('hex')}.json`);
  const hit = await readCache(cached, ctx);
  if (hit !== null) return hit;
  const parsed = parseManifest(sources, { root, variables, clientNames: CLIENT_NAMES });
  if (parsed.manifest !== null) await writeCache(cached, parsed, ctx);
  return parsed;
}

async function readCache(path: string, ctx: Context): Promise<Parsed | null> {
  try {
    return JSON.parse((await ctx.system.files.read(path)).toString('utf8')) as Parsed;
  } catch {
    // A cache only saves time: absent, torn or forbidden, the manifest is parsed.
    return null;
  }
}

async function writeCache(path: string, parsed: Parsed, ctx: Context): Promise<void> {
  const { files } = ctx.system;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await files.makeFolder(dirname(path), 0o700);
    await files.create(temporary, JSON.stringify(parsed), { mode: 0o600, sync: false });
    await files.rename(temporary, path);
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EROFS', 'ENOSPC', 'EEXIST', 'EPERM', 'ENOTDIR')) throw error;
  }
}
