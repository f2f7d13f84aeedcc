import type { Registry } from '../../src/model/registry.ts';
import { openRegistry } from '../../src/resolve/oci/open-registry.ts';
import { type Child, start } from '../cli/child.ts';
import { type McpformOptions, mcpform } from '../support/mcpform.ts';
import type { RealRegistry } from '../support/registry.ts';
import { type RegistryHome, registryHome } from '../support/registry-home.ts';
import type { Ran } from '../support/run.ts';
import { writeFiles } from '../support/world.ts';
import type { Image } from './image.ts';

/** A home from which the built program and a client of ours reach some registries. */
export interface RealStage {
  readonly home: RegistryHome;
  /** Runs the built program; throws with all that was said unless it exits as expected. */
  expectExit(exitCode: number, args: readonly string[], options?: McpformOptions): Promise<Ran>;
  /** The same with `--json`, parsed. */
  json<T>(exitCode: number, args: readonly string[]): Promise<T>;
  /** Writes a manifest of these images, and locks them. */
  lock(images: Readonly<Record<string, string>>): Promise<void>;
  /** Starts the built program, to do something to it while it runs. */
  start(args: readonly string[]): Child;
  /** For setting up and for looking: not the run that is tested. */
  open(host: string): Promise<Registry>;
}

export async function realStage(registries: readonly RealRegistry[]): Promise<RealStage> {
  const home = await registryHome({
    logins: registries.filter(({ credentials }) => credentials !== null).map((registry) => ({ registry })),
    trusted: registries.filter(({ certificates }) => certificates !== null),
  });
  const look = home.newRun();
  const expectExit: RealStage['expectExit'] = async (exitCode, args, options) => {
    const ran = await mcpform(args, home, options);
    if (ran.exitCode === exitCode) return ran;
    throw new Error(
      `mcpform ${args.join(' ')}: exit ${ran.exitCode}, not ${exitCode}\n${ran.stdout}${ran.stderr}`,
    );
  };
  return {
    home,
    expectExit,
    json: async (exitCode, args) => {
      const { stdout, stderr } = await expectExit(exitCode, [...args, '--json']);
      if (stderr !== '') throw new Error(`with --json, stderr says: ${stderr}`);
      return JSON.parse(stdout);
    },
    lock: async (images) => {
      await writeFiles(home.project, { 'mcp.yaml': stackOf(images) });
      await expectExit(0, ['lock']);
    },
    start: (args) => start(args, home),
    open: (host) => openRegistry(host, look),
  };
}

export function stackOf(images: Readonly<Record<string, string>>): string {
  const servers = Object.entries(images).map(([name, image]) => `  ${name}:\n    image: ${image}\n`);
  return `apiVersion: mcpform/v1\nkind: Stack\nname: images\nservers:\n${servers.join('')}`;
}

/** Whether a registry has all of an image, byte for byte. */
export async function holds(registry: Registry, repository: string, image: Image): Promise<boolean> {
  for (const { digest, bytes, mediaType } of image.manifests) {
    const found = await registry.manifest(repository, digest);
    if (!Buffer.from(found.bytes).equals(bytes) || found.mediaType !== mediaType) return false;
  }
  for (const { descriptor, bytes, isElsewhere } of image.blobs) {
    if (isElsewhere) continue;
    const found = await registry.blob(repository, descriptor.digest, bytes.length);
    if (!Buffer.from(found).equals(bytes)) return false;
  }
  return true;
}
