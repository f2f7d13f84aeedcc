import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Diagnosis } from '../../model/provider.ts';
import { BACKEND_NAMES, type BackendName } from '../../model/secret.ts';
import { loadBackend } from '../../secrets/index.ts';
import { declaredSecrets } from './declared-secrets.ts';

/** What a look at what is installed may take; nothing is asked for a secret. */
const TIMEOUT_MS = 5_000;

/**
 * Whether what keeps the secrets of a manifest is there. Without a manifest, those that could be used here; with `all`,
 * every one there is. Throws nothing: what goes wrong is an answer.
 */
export async function diagnoseBackends(
  manifest: Manifest | null,
  { all }: { readonly all: boolean },
  ctx: Context,
): Promise<readonly Diagnosis[]> {
  const sources = new Map<BackendName, readonly Json[]>();
  for (const { source } of manifest === null ? [] : declaredSecrets(manifest)) {
    sources.set(source.backend, [...(sources.get(source.backend) ?? []), source.argument]);
  }
  const names = BACKEND_NAMES.filter((name) => all || manifest === null || sources.has(name));
  const diagnoses = await Promise.all(names.map((name) => diagnoseOne(name, sources.get(name) ?? [], ctx)));
  return all || manifest !== null ? diagnoses : diagnoses.filter(isUsable);
}

/** A backend that no secret needs says what it lacks in its hint. */
function isUsable({ state, hint }: Diagnosis): boolean {
  return state === 'ok' && hint === undefined;
}

async function diagnoseOne(name: BackendName, sources: readonly Json[], ctx: Context): Promise<Diagnosis> {
  const check = `secrets ${name}`;
  const timer = new AbortController();
  const late = ctx.system.clock
    .sleep(TIMEOUT_MS, timer.signal)
    .then((): Diagnosis => ({ check, state: 'warning', detail: `no answer in ${TIMEOUT_MS / 1000} s` }));
  // Told to stop, the clock says so to whoever waits, and nobody does any more.
  late.catch(() => undefined);
  try {
    const asked = loadBackend(name).then((backend) => backend.diagnose(sources, ctx));
    const found = await Promise.race([asked, late]);
    // A machine without it is sound as long as no secret needs it.
    const isUnsound = found.state === 'failed' && sources.length > 0;
    return { ...found, check, state: found.state === 'failed' && !isUnsound ? 'warning' : found.state };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { message, hint } = error;
    return { check, state: 'failed', detail: message, ...(hint === undefined ? {} : { hint }) };
  } finally {
    timer.abort();
  }
}
