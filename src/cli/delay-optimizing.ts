/**
 * A command is over before optimised code pays for its making, so the V8 of Node 20 shall wait ten times as long with
 * it: almost half the CPU of an apply of 1,000 servers. What really runs long (a config of 100 MB) is optimised all
 * the same. Newer releases have a tier in between, and no such flag.
 */
export async function delayOptimizing(): Promise<void> {
  if (!process.versions.node.startsWith('20.')) return;
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--interrupt-budget=1500000');
}
