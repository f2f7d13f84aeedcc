import type { ContainerInfo } from '../api.ts';
import { type Caller, call } from './call.ts';
import { inPath, quoted } from './names.ts';

interface Removal {
  readonly force: boolean;
  readonly inspect: (id: string) => Promise<ContainerInfo | null>;
}

const REMOVE_MS = 120_000;
const PAUSE_MS = 100;

/** Returns when it is gone, whoever removed it. */
export async function removeContainer(
  caller: Caller,
  id: string,
  { force, inspect }: Removal,
): Promise<void> {
  const request = {
    operation: 'remove' as const,
    doing: `remove container ${quoted(id)}`,
    method: 'DELETE' as const,
    path: `/containers/${inPath(id)}`,
    query: { force, v: true },
    timeoutMs: REMOVE_MS,
    fine: [404],
  };
  const endMs = caller.clock.monotonic() + REMOVE_MS;
  try {
    await call(caller, request);
  } catch (error) {
    if (!isBeingRemoved(error)) throw error;
    while ((await inspect(id)) !== null) {
      if (caller.clock.monotonic() > endMs) throw error;
      await caller.clock.sleep(PAUSE_MS);
    }
  }
}

function isBeingRemoved(error: unknown): boolean {
  return error instanceof Error && /removal of container .* is already in progress/i.test(error.message);
}
