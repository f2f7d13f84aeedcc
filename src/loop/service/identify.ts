import { basename, resolve } from 'node:path';
import { findManifest } from '../../engine/find-manifest.ts';
import { parseYaml } from '../../formats/yaml-parse.ts';
import type { Context } from '../../model/context.ts';
import { shortHash } from '../../state/folder.ts';
import { type GitSpec, parseSpec } from '../source/parse-spec.ts';

export interface Reconciled {
  /** The name of its service. The same for the same source and books, however the loop is set. */
  readonly name: string;
  /** For people. */
  readonly about: string;
  readonly isRemote: boolean;
}

/** What of the arguments of `reconcile` says which stack it is. */
export interface SourceArguments {
  readonly source: string | undefined;
  readonly files: readonly string[];
  readonly stateDir: string | undefined;
  readonly allowLocal: boolean;
}

/**
 * Which stack a loop with these arguments would be of. A repository is not fetched for it: its service is named after
 * it. Throws MANIFEST_NOT_FOUND, SOURCE_INVALID.
 */
export async function identify(
  { source, files, stateDir, allowLocal }: SourceArguments,
  cwd: string,
  ctx: Pick<Context, 'system'>,
): Promise<Reconciled> {
  const books = stateDir === undefined ? null : resolve(cwd, stateDir);
  const spec = source === undefined ? null : parseSpec(source, { allowLocal });
  if (spec?.kind === 'git') {
    return {
      name: nameOf(repositoryName(spec), [spec.url, spec.paths, books]),
      about: spec.shown,
      isRemote: true,
    };
  }
  const folder = spec === null ? cwd : resolve(cwd, spec.path);
  const isFile = /\.ya?ml$/i.test(folder);
  const found = isFile ? [folder] : await findManifest(files, folder, ctx.system.files);
  const stack = (await stackName(found, ctx)) ?? basename(folder);
  return { name: nameOf(stack, [found, books]), about: `${stack} of ${found[0]}`, isRemote: false };
}

function nameOf(word: string, what: unknown): string {
  const safe = word.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-+|-+$/g, '');
  return `mcpform-${safe.slice(0, 40) || 'stack'}-${shortHash(JSON.stringify(what))}`;
}

function repositoryName({ url }: GitSpec): string {
  return /([^/:]+?)(?:\.git)?\/*$/.exec(url)?.[1] ?? 'repository';
}

/** As the manifest has it. One that is wrong is for the loop to report, when it runs. */
async function stackName(
  files: readonly string[],
  { system }: Pick<Context, 'system'>,
): Promise<string | null> {
  for (const file of files) {
    const { value } = parseYaml(await system.files.read(file), file);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    const { name } = value as { readonly name?: unknown };
    if (typeof name === 'string') return name;
  }
  return null;
}
