import type { FoundImage } from '../launch/exec.ts';
import type { LaunchSecrets } from '../launch/expand-args.ts';
import { type ImageEnd, startImage } from '../launch/image/start-image.ts';
import { endAs } from '../system/launch/run-child.ts';

export interface Manner {
  /** Ours. */
  readonly env: NodeJS.ProcessEnv;
  readonly secrets: LaunchSecrets;
  /** Says on stderr why the server cannot be started. */
  readonly fail: (error: unknown) => Promise<void>;
}

/** `mcpform exec ID` of an image: runs its container, and ends as `docker run` does. */
export async function execImage({ id, record }: FoundImage, manner: Manner): Promise<void> {
  const { env, secrets, fail } = manner;
  const end = await startImage(record, { id, env, secrets }).catch(fail);
  if (end === undefined) return;
  if (end.isOfDocker) await explain(end, { id, record }, manner);
  endAs(end.exitCode, end.signal as NodeJS.Signals | null);
}

async function explain({ exitCode }: ImageEnd, { record }: FoundImage, { env, fail }: Manner): Promise<void> {
  const { whyNotRun } = await import('./exec-rest.ts');
  await fail(await whyNotRun(record, exitCode, env));
}
