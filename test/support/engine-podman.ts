import { execFile } from 'node:child_process';
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

export interface Podman extends RunningEngine {
  /** Runs the podman command beside the service, on the same store, and returns what it prints; throws when it fails. */
  podman(args: readonly string[]): Promise<string>;
}

/**
 * Starts Debian's Podman as a service that speaks Docker's API. It publishes ports with packet filters, which are the
 * machine's where the network is, so it has a private one: `relayFrom` and `relayTo` reach out of it and into it.
 */
export async function startPodman({
  name = 'podman',
  insecureRegistries = [],
}: PodmanOptions = {}): Promise<Podman> {
  const bed = await makeBed({ name, network: 'private', diskBytes: DISK_BYTES });
  try {
    const socket = join(bed.folder, 'podman.sock');
    const state = ['--root', join(bed.folder, 'data'), '--runroot', join(bed.folder, 'run')];
    const how = ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file', '--storage-driver', 'overlay'];
    const env = { PATH: SYSTEM_PATH, HOME: bed.folder, ...writeConfigs(bed, insecureRegistries) };
    const engine = await runEngine(bed, {
      socket,
      command: [
        ...['podman', '--log-level', 'info', ...state, ...how],
        ...['system', 'service', '--time=0', `unix://${socket}`],
      ],
      env,
      ready: /API service listening on /,
      prepare: () => rmSync(socket, { force: true }),
    });
    const podman = [...bed.inside, 'podman', ...state, ...how];
    return { ...engine, podman: (args) => runInside([...podman, ...args], env) };
  } catch (error) {
    await bed.remove();
    throw error;
  }
}

export function requirePodman(): boolean {
  return requireRoot() && ['ip', 'docker-init', 'docker', 'podman', 'iptables'].every(requireInstalled);
}

function runInside(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((done, fail) => {
    execFile(program, args, { cwd: '/', env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) done(stdout.trimEnd());
      else fail(new Error(`${args.join(' ')}: ${stderr || stdout || error.message}`));
    });
  });
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
