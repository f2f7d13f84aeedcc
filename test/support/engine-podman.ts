import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bed, DISK_BYTES, makeBed, SYSTEM_PATH } from './engine-bed.ts';
import { requireInstalled, requireRoot } from './engine-config.ts';
import { type RunningEngine, runEngine } from './engine-run.ts';

export interface PodmanOptions {
  /** What the engine says its machine is called. Default: `podman`. */
  readonly name?: string;
  /** Registries that speak plain http: `127.0.0.1:40123`. Podman, unlike Docker, trusts no loopback. */
  readonly insecureRegistries?: readonly string[];
}

/**
 * Starts Debian's Podman as a service that speaks Docker's API. It publishes ports with packet filters, which are the
 * machine's where the network is, so it has a private one: `relayFrom` and `relayTo` reach out of it and into it.
 */
export async function startPodman({
  name = 'podman',
  insecureRegistries = [],
}: PodmanOptions = {}): Promise<RunningEngine> {
  const bed = await makeBed({ name, network: 'private', diskBytes: DISK_BYTES });
  try {
    const socket = join(bed.folder, 'podman.sock');
    const state = ['--root', join(bed.folder, 'data'), '--runroot', join(bed.folder, 'run')];
    const how = ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file', '--storage-driver', 'overlay'];
    return await runEngine(bed, {
      socket,
      command: [
        'podman',
        '--log-level',
        'info',
        ...state,
        ...how,
        'system',
        'service',
        '--time=0',
        `unix://${socket}`,
      ],
      env: { PATH: SYSTEM_PATH, HOME: bed.folder, ...writeConfigs(bed, insecureRegistries) },
      ready: /API service listening on /,
      prepare: () => rmSync(socket, { force: true }),
    });
  } catch (error) {
    await bed.remove();
    throw error;
  }
}

export function requirePodman(): boolean {
  return requireRoot() && ['ip', 'docker-init', 'docker', 'podman', 'iptables'].every(requireInstalled);
}

function writeConfigs(bed: Bed, insecureRegistries: readonly string[]): Record<string, string> {
  const write = (file: string, text: string): string => {
    writeFileSync(join(bed.folder, file), text);
    return join(bed.folder, file);
  };
  // Podman's own limits are above what root may set without CAP_SYS_RESOURCE.
  const limits = '["nofile=20000:20000", "nproc=4096:4096"]';
  const registries = insecureRegistries.map(
    (host) => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`,
  );
  return {
    CONTAINERS_CONF: write(
      'containers.conf',
      `[containers]\ndefault_ulimits = ${limits}\n` +
        `[engine]\ninit_path = "/usr/bin/docker-init"\n[network]\nnetwork_backend = "netavark"\n`,
    ),
    CONTAINERS_REGISTRIES_CONF: write(
      'registries.conf',
      `unqualified-search-registries = []\n${registries.join('')}`,
    ),
  };
}
