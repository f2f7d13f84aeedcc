import { engineName } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Diagnosis } from '../../model/provider.ts';
import { connectEngine } from './connect.ts';
import type { EngineIdentity } from './engine.ts';

const CHECK = 'container engine';

/** The engine that the docker command talks to. Without one, nothing is wrong until a server is an image. */
export async function diagnose(ctx: Context): Promise<readonly Diagnosis[]> {
  try {
    const engine = await connectEngine(null, ctx);
    return [described(await engine.identity())];
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return [
      {
        check: CHECK,
        state: 'warning',
        detail: error.message,
        hint: error.hint ?? `only servers from images need "${engineName(null)}"`,
      },
    ];
  }
}

function described(identity: EngineIdentity): Diagnosis {
  const { kind, version, apiVersion, store, isRootless, cannotLimit } = identity;
  const facts = [`API ${apiVersion}`, `images in ${store}`, ...(isRootless ? ['rootless'] : [])];
  const detail = `${kind === 'podman' ? 'Podman' : 'Docker'} ${version}, ${facts.join(', ')}`;
  if (cannotLimit.length === 0) return { check: CHECK, state: 'ok', detail };
  return {
    check: CHECK,
    state: 'warning',
    detail: `${detail}; it cannot limit ${cannotLimit.join(', ')}`,
    hint: 'see the warnings of `docker info`: the kernel, or the missing rights of a rootless engine',
  };
}
