import { posix } from 'node:path';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Installed, Program } from '../../model/launch.ts';

/** Where the package lies in the folder it was installed into. */
interface Place {
  readonly name: string;
  readonly folder: string;
}

/**
 * The programs of an installed package, as its `bin` names them. Files that are not JavaScript are made executable.
 * https://docs.npmjs.com/cli/configuring-npm/package-json#bin
 */
export async function findPrograms(place: Place, ctx: Context): Promise<Installed> {
  const home = `node_modules/${place.name}`;
  const manifest = await readManifest(place, `${place.folder}/${home}/package.json`, ctx);
  const unscoped = place.name.slice(place.name.indexOf('/') + 1);
  const files = await filesOf(manifest['bin'], { ...place, unscoped, home, manifest }, ctx);
  const found: [string, Program][] = [];
  for (const [name, file] of files) {
    const program = await programOf(`${home}/${file}`, place.folder, ctx);
    if (program !== null) found.push([name, program]);
  }
  const programs = Object.fromEntries(found);
  return { programs, main: mainOf(programs, unscoped) };
}

async function readManifest({ name }: Place, path: string, { system }: Context): Promise<JsonObject> {
  const text = (await system.files.read(path)).toString('utf8').replace(/^\uFEFF/, '');
  try {
    const manifest: unknown = JSON.parse(text);
    if (isJsonObject(manifest)) return manifest;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new McpformError('RESOLVE_INSTALL', `"${name}" has no valid package.json`, {
    hint: 'ask for another version',
  });
}

type Declared = Place & {
  readonly unscoped: string;
  readonly home: string;
  readonly manifest: JsonObject;
};

/** By name, relative to the package; what leaves it is left out, as npm does. */
async function filesOf(
  bin: Json | undefined,
  { unscoped, folder, home, manifest }: Declared,
  ctx: Context,
): Promise<readonly (readonly [name: string, file: string])[]> {
  if (typeof bin === 'string') return inside([[unscoped, bin]]);
  if (isJsonObject(bin)) {
    return inside(
      Object.entries(bin).flatMap(([name, file]) =>
        typeof file === 'string' ? [[posix.basename(name.replaceAll('\\', '/')), file] as const] : [],
      ),
    );
  }
  const directories = manifest['directories'];
  const from = isJsonObject(directories) ? directories['bin'] : undefined;
  if (typeof from !== 'string') return [];
  const [[, base] = ['', null]] = inside([['', from]]);
  if (base === null) return [];
  const names = await ctx.system.files.list(`${folder}/${home}/${base}`);
  return names.filter((name) => !name.startsWith('.')).map((name) => [name, `${base}/${name}`] as const);
}

function inside(files: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return files.flatMap(([name, file]) => {
    const clean = posix
      .normalize(file.replaceAll('\\', '/'))
      .replace(/^\.?\//, '')
      .replace(/\/$/, '');
    return clean === '..' || clean.startsWith('../') || clean === '' ? [] : [[name, clean] as const];
  });
}

/** Null when there is no such file. */
async function programOf(file: string, folder: string, { system }: Context): Promise<Program | null> {
  const path = `${folder}/${file}`;
  const found = await system.files.stat(path).catch(() => null);
  if (found?.kind !== 'file') return null;
  const interpreter = shebangOf(await system.files.read(path));
  const isScript = interpreter === null ? /\.[cm]?js$/.test(file) : interpreter === 'node';
  if (isScript) return { kind: 'node', file };
  await system.files.changeMode(path, 0o755);
  return { kind: 'file', file, args: [], env: {} };
}

/** `node` of `#!/usr/bin/env -S node --no-warnings`; null without a first line of that kind. */
function shebangOf(bytes: Buffer): string | null {
  const line = bytes.subarray(0, 256).toString('latin1').split('\n', 1)[0] ?? '';
  const words = /^#!\s*(.*)$/.exec(line.trimEnd())?.[1]?.split(/\s+/) ?? [];
  const names = words.map((word) => posix.basename(word));
  const program = names[0] === 'env' ? names.slice(1).find((word) => !/^-|=/.test(word)) : names[0];
  return program === undefined || program === '' ? null : program.replace(/\.exe$/i, '');
}

/** As `npx` chooses: the only one, several names of one file included, or the one named like the package. */
function mainOf(programs: Installed['programs'], unscoped: string): string | null {
  const names = Object.keys(programs);
  const files = new Set(Object.values(programs).map((program) => ('file' in program ? program.file : '')));
  if (Object.hasOwn(programs, unscoped)) return unscoped;
  return files.size === 1 ? (names[0] ?? null) : null;
}
