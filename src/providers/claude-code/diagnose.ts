import type { Context } from '../../model/context.ts';
import type { Diagnosis } from '../../model/provider.ts';
import { findVersion, honoursLocks } from './client-version.ts';
import { observe } from './observe.ts';
import { findUserPaths } from './paths.ts';

/** The client on PATH and the user's config file. Asks the client for its version at most. */
export async function diagnose(ctx: Context): Promise<readonly Diagnosis[]> {
  return [await diagnoseClient(ctx), ...(await diagnoseConfig(ctx))];
}

async function diagnoseClient(ctx: Context): Promise<Diagnosis> {
  const version = await findVersion(ctx);
  if (version === null) {
    return {
      check: 'Claude Code',
      state: 'warning',
      detail: 'not found on PATH',
      hint: 'entries are written all the same; every write is watched a little longer',
    };
  }
  if (await honoursLocks(ctx)) return { check: 'Claude Code', state: 'ok', detail: `version ${version}` };
  return {
    check: 'Claude Code',
    state: 'warning',
    detail: `version ${version}, which writes its config although somebody holds the lock`,
    hint: 'update to 2.1.318 or newer; until then every write is verified again for 2 seconds',
  };
}

async function diagnoseConfig(ctx: Context): Promise<readonly Diagnosis[]> {
  const { config, findings } = await findUserPaths(ctx);
  const observation = await observe(
    {
      targets: [{ client: 'claude-code', scope: 'user' }],
      desired: [],
      places: [],
      ids: new Map(),
      root: null,
    },
    ctx,
  );
  const [unreadable] = observation.unavailable.values();
  const state: Diagnosis =
    unreadable === undefined
      ? {
          check: 'its config',
          state: 'ok',
          detail: `${config}, ${observation.objects.size} servers in user scope`,
        }
      : {
          check: 'its config',
          state: 'failed',
          detail: unreadable.message,
          ...(unreadable.hint === undefined ? {} : { hint: unreadable.hint }),
        };
  const remarks = [...findings, ...observation.findings].map(
    ({ message, hint }): Diagnosis => ({
      check: 'its config',
      state: 'warning',
      detail: message,
      ...(hint === undefined ? {} : { hint }),
    }),
  );
  return [state, ...remarks];
}
