import semver from 'semver';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Installed, Installer, InstallRequest } from '../../model/launch.ts';
import { findPython, type Python } from '../python.ts';
import { type BundleManifest, readBundleManifest } from './bundle-manifest.ts';
import { bundlePlace } from './bundle-place.ts';
import { assertIntegrity, fetchBundle } from './fetch-bundle.ts';
import { fillIn } from './fill-in.ts';
import { openBundle } from './open-bundle.ts';
import { programOf } from './program.ts';
import { unpack } from './unpack.ts';
import { userFolders } from './user-folders.ts';

/** Unpacks a bundle. Starts nothing of it, and asks nobody but the place the bundle comes from. */
export const mcpbInstaller: Installer = { install };

async function install({ pin, folder }: InstallRequest, ctx: Context): Promise<Installed> {
  const name = pin.package.slice('mcpb:'.length);
  const bundle = await fetchBundle(bundlePlace(name, null), ctx);
  const hint = 'find out why it changed; `mcpform lock --update` takes the new one of a file of your own';
  assertIntegrity(bundle, pin.integrity ?? 'sha256-', name, hint);
  const entries = await openBundle(bundle.bytes, ctx);
  const manifest = await readBundleManifest(entries);
  const python = manifest.type === 'python' ? await findPython(ctx) : null;
  assertRunsHere(manifest, python, ctx);
  const program = programOf({
    manifest,
    command: fillIn(manifest, ctx.platform, userFolders(ctx)),
    files: new Set(entries.map(({ path }) => path)),
    platform: ctx.platform,
    python: python?.path ?? null,
  });
  await unpack(entries, folder, ctx);
  // A zip file made on Windows knows no modes.
  if (program.kind === 'file' && !program.file.startsWith('/') && ctx.platform !== 'win32') {
    await ctx.system.files.changeMode(`${folder}/${program.file}`, 0o755);
  }
  return { programs: { [manifest.name]: program }, main: manifest.name };
}

function assertRunsHere(manifest: BundleManifest, python: Python | null, { platform }: Context): void {
  const { platforms, runtimes } = manifest;
  if (platforms.length > 0 && !platforms.includes(platform)) {
    throw notHere(`the bundle is for ${platforms.join(', ')}, and this is ${platform}`);
  }
  if (manifest.type === 'node' && isOutside(process.versions.node, runtimes.node)) {
    throw notHere(`the bundle is for Node ${runtimes.node}, and this is ${process.versions.node}`);
  }
  if (python !== null && isOutside(python.version, runtimes.python)) {
    throw notHere(`the bundle is for Python ${runtimes.python}, and this is ${python.version}`);
  }
}

/** Ranges are written in the manner of npm or of Python, which differ in a comma. One we cannot read says nothing. */
function isOutside(version: string, range: string | undefined): boolean {
  const valid = semver.validRange((range ?? '').replaceAll(',', ' '));
  return valid !== null && !semver.satisfies(version, valid);
}

function notHere(message: string): McpformError {
  return new McpformError('RESOLVE_PLATFORM', message, {
    hint: 'use a bundle, or a runtime, of the other kind',
  });
}
