import { type Caller, call } from './call.ts';
import { EngineFailure } from './engine-failure.ts';
import { inspectContainer } from './inspect-container.ts';
import { inPath, quoted } from './names.ts';

const REMOVE_MS = 120_000;
const PAUSE_MS = 100;

/** Returns when it is gone, whoever removed it. */
export async function removeContainer(
  caller: Caller,
  id: string,
  { force }: { readonly force: boolean },
): Promise<void> {
  const endMs = caller.clock.monotonic() + REMOVE_MS;
  try {
    await call(caller, {
      operation: 'remove',
      doing: `remove container ${quoted(id)}`,
      method: 'DELETE',
      path: `/containers/${inPath(id)}`,
      query: { force, v: true },
      timeoutMs: REMOVE_MS,
      fine: [404],
    });
  } catch (error) {
    if (!(error instanceof EngineFailure) || !/removal of .* already in progress/i.test(error.words))
      throw error;
    while ((await inspectContainer(caller, id)) !== null) {
      if (caller.clock.monotonic() > endMs) throw error;
      await caller.clock.sleep(PAUSE_MS);
    }
  }
}
