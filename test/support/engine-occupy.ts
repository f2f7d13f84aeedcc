import { type EngineKind, startEngine } from './engine.ts';
import type { RunningEngine } from './engine-run.ts';
import { mcpImage } from './mcp-image.ts';
import { loadMcpImage } from './mcp-image-place.ts';

/** A container on a network of its own: processes, mounts, interfaces, cgroups. Returns the network's id. */
export async function occupy(engine: RunningEngine): Promise<string> {
  await loadMcpImage(engine, mcpImage('busybox'));
  const network = await engine.docker(['network', 'create', 'quay']);
  const limits = ['--memory=64m', '--network=quay', '--volume=things:/data'];
  await engine.docker(['run', '-d', ...limits, 'mcp/busybox:1.0.0', 'sleep', '1000']);
  return network;
}

/** What a test does that is killed in the middle. Prints where the engine is, and never ends. */
export async function abandonEngine(kind: EngineKind): Promise<void> {
  const engine = await startEngine(kind);
  const network = await occupy(engine);
  console.log(JSON.stringify({ folder: engine.folder, network }));
  setInterval(() => {}, 60_000);
}
