import { McpformError } from '../model/error.ts';
import type { Installer } from '../model/launch.ts';

/** The installer of a pin's `package`. */
export type InstallerFor = (packageText: string) => Promise<Installer>;

/** Every installer there is, each loaded when it is needed. */
const register: Readonly<Record<string, () => Promise<Installer>>> = {
  npm: async () => (await import('../resolve/npm/installer.ts')).npmInstaller,
  pypi: async () => (await import('../resolve/pypi/installer.ts')).pypiInstaller,
  git: async () => (await import('../resolve/git/installer.ts')).gitInstaller,
  mcpb: async () => (await import('../resolve/mcpb/installer.ts')).mcpbInstaller,
};

export const installerFor: InstallerFor = async (packageText) => {
  const ecosystem = packageText.slice(0, packageText.indexOf(':'));
  const load = Object.hasOwn(register, ecosystem) ? register[ecosystem] : undefined;
  if (load !== undefined) return await load();
  throw new McpformError('LAUNCH_REFUSED', `nothing installs "${packageText}"`, {
    hint: 'the record was written by another mcpform; run `mcpform apply`',
  });
};
