import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ENGINE_KINDS, type EngineKind, requireEngine, startEngine } from '../support/engine.ts';
import { saysLine } from '../support/engine-bed.ts';
import { occupy } from '../support/engine-occupy.ts';
import { requirePodman, startPodman } from '../support/engine-podman.ts';
import { remainsOf, sweepEngines } from '../support/engine-slot.ts';
import { requireImages } from '../support/mcp-image.ts';

const root = resolve(import.meta.dirname, '../..');

/** Where engines write besides where they are told to, if they can. */
const ELSEWHERE = [
  '/etc/docker/key.json',
  '/opt/containerd',
  '/run/containerd',
  '/run/containers',
  '/run/docker',
  '/run/docker.pid',
  '/run/docker.sock',
  '/run/libpod',
  '/dev/shm/libpod_lock',
  '/var/lib/docker',
  '/var/lib/containers',
];
const elsewhere = (): readonly string[] => [
  ...ELSEWHERE.filter((path) => existsSync(path)),
  readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim(),
];

/** Whatever of an engine can be seen from here, in words. */
function seenOf(folder: string, network: string): readonly string[] {
  const processes = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && commandOf(name).includes(folder),
  );
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder));
  const bridge = [`/sys/class/net/br-${network.slice(0, 12)}`].filter((path) => existsSync(path));
  return [...processes, ...mounts, ...bridge, ...remainsOf(numberOf(folder))];
}

const numberOf = (folder: string): number => Number(folder.slice(folder.lastIndexOf('-') + 1));

function commandOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8');
  } catch {
    return ''; // ended since
  }
}

describe.each(ENGINE_KINDS)('Docker from $version, $store', (kind) => {
  it.runIf(requireEngine(kind) && requireImages())('leaves nothing when it is stopped', async () => {
    const before = elsewhere();
    const engine = await startEngine(kind);
    const network = await occupy(engine);
    expect(seenOf(engine.folder, network).length).toBeGreaterThan(3);
    await engine.stop();
    expect(seenOf(engine.folder, network)).toEqual([]);
    expect(elsewhere()).toEqual(before);
  });

  it.runIf(requireEngine(kind) && requireImages())(
    'leaves nothing when it was killed and then stopped',
    async () => {
      const engine = await startEngine({ ...kind, liveRestore: true });
      const network = await occupy(engine);
      // No signal reaches what is paused.
      await engine.docker(['pause', await engine.docker(['ps', '--quiet'])]);
      await engine.kill9();
      await engine.stop();
      expect(seenOf(engine.folder, network)).toEqual([]);
    },
  );

  it.runIf(requireEngine(kind) && requireImages())(
    'ends with a test that is killed, and the next run sweeps',
    async () => {
      const { child, folder, network } = await startElsewhere(kind);
      expect(seenOf(folder, network).length).toBeGreaterThan(3);
      await sweepEngines();
      expect(existsSync(folder)).toBe(true);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const processes = (): readonly string[] => seenOf(folder, network).filter((seen) => /^\d+$/.test(seen));
      await vi.waitFor(() => expect(processes()).toEqual([]), { timeout: 10_000 });
      await sweepEngines();
      expect(seenOf(folder, network)).toEqual([]);
    },
  );
});

describe.runIf(requirePodman() && requireImages())('Podman', () => {
  it('leaves nothing when it is stopped, and nothing when it was killed', async () => {
    const before = elsewhere();
    for (const end of ['SIGTERM', 'SIGKILL']) {
      const podman = await startPodman();
      const network = await occupy(podman);
      if (end === 'SIGKILL') await podman.kill9();
      await podman.stop();
      expect(seenOf(podman.folder, network)).toEqual([]);
      expect(elsewhere()).toEqual(before);
    }
  });
});

/** A process of its own that starts an engine, as a test would, and never stops it. */
async function startElsewhere(kind: EngineKind) {
  const script = `
    const { loadTypeScript } = await import(${JSON.stringify(join(root, 'scripts/load-typescript.mjs'))});
    const { abandonEngine } = await loadTypeScript('test/support/engine-occupy.ts');
    await abandonEngine(${JSON.stringify(kind)});
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  await saysLine(child, /^\{/, said);
  const { folder, network } = JSON.parse(said.at(-1) as string) as { folder: string; network: string };
  return { child, folder, network };
}
