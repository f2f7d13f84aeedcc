import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import { toFailure } from './errors.ts';
import type { Manifest } from './npm.ts';
import type { Session } from './session.ts';
import { strongest } from './tree-text.ts';

/** What a registry has to say on who published a release, as it says it: nothing here is verified. */
export interface Attestations {
  /** With `predicateType` and `bundle`, a Sigstore bundle. Empty when the release has none. */
  readonly attestations: readonly Json[];
  /** By the registry's own keys, over `name@version:integrity`. */
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
  /** Of the registry; `key` is base64 of a DER public key, `expires` ISO 8601. */
  readonly keys: readonly { readonly keyid: string; readonly key: string; readonly expires: string | null }[];
  readonly integrity: string;
  /** ISO 8601, as the registry says; null when it does not. */
  readonly publishedAt: string | null;
}

/** https://docs.npmjs.com/about-registry-signatures, and the attestations beside them. */
export async function readAttestations(name: string, version: string, ctx: Context): Promise<Attestations> {
  const { openSession } = await import('./session.ts');
  const { fetchPackument } = await import('./client.ts');
  const session = await openSession(ctx);
  const registry = session.registryOf(name);
  const what = `${name}@${version}`;
  try {
    const { versions = {}, time = {} } = await fetchPackument(name, session.options);
    const release = Object.hasOwn(versions, version) ? versions[version] : undefined;
    if (release === undefined) throw Object.assign(new Error('no such version'), { code: 'ETARGET' });
    const signatures = listOf(release.dist?.signatures).flatMap(toSignature);
    const attestations = await attestationsOf(release, { what, registry }, session);
    const isSigned = signatures.length + attestations.length > 0;
    return {
      attestations,
      signatures,
      keys: isSigned ? await keysOf(registry, session) : [],
      integrity: integrityOf(release, what),
      publishedAt: Object.hasOwn(time, version) ? (time[version] as string) : null,
    };
  } catch (error) {
    throw toFailure(error, { what, registry });
  }
}

function integrityOf({ dist }: Manifest, what: string): string {
  const integrity = strongest(String(dist?.integrity ?? ''));
  if (integrity !== null) return integrity;
  throw new McpformError('RESOLVE_NO_INTEGRITY', `"${what}" has no sha512 integrity in its registry`, {
    hint: 'use a registry that gives one',
  });
}

async function attestationsOf(
  { dist }: Manifest,
  { what, registry }: { readonly what: string; readonly registry: string },
  session: Session,
): Promise<readonly Json[]> {
  const url = dist?.attestations?.url;
  if (url === undefined) return [];
  if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).origin !== new URL(registry).origin) {
    const message = `"${what}": its registry says that its attestations lie somewhere else`;
    throw new McpformError('RESOLVE_INSECURE', message, {
      hint: 'ask the operator of the registry to serve them too',
    });
  }
  const answer = await fetchFrom(url, session);
  return listOf(isJsonObject(answer) ? answer['attestations'] : undefined);
}

/** A registry without keys answers 404: then there is nothing that a signature could be verified with. */
async function keysOf(registry: string, session: Session): Promise<Attestations['keys']> {
  const answer = await fetchFrom(new URL('-/npm/v1/keys', registry).href, session).catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code === 'E404') return {};
    throw error;
  });
  return listOf(isJsonObject(answer) ? answer['keys'] : undefined).flatMap((each) => {
    if (!isJsonObject(each)) return [];
    const { keyid, key, expires } = each;
    if (typeof keyid !== 'string' || typeof key !== 'string') return [];
    return [{ keyid, key, expires: typeof expires === 'string' ? expires : null }];
  });
}

async function fetchFrom(url: string, { options }: Session): Promise<unknown> {
  const { fetchJson } = await import('./client.ts');
  return await fetchJson(url, options);
}

function toSignature(value: Json): Attestations['signatures'] {
  if (!isJsonObject(value)) return [];
  const { keyid, sig } = value;
  return typeof keyid === 'string' && typeof sig === 'string' ? [{ keyid, sig }] : [];
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
