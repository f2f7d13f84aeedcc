import { readPlainBytes } from '../formats/yaml-plain.ts';
import { desire } from '../graph/desire.ts';
import { satisfiedPins } from '../lock/satisfied-pins.ts';
import { type ManifestOptions, type ParsedManifest, readStack } from '../manifest/read-stack.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type Finding, hasErrors } from '../model/finding.ts';
import { EMPTY_LOCK, type Lock } from '../model/lock.ts';
import type { Manifest } from '../model/manifest.ts';
import { loadProvider } from '../providers/index.ts';
import { CLIENT_NAMES } from './client-names.ts';
import type { Expansion } from './expansion.ts';
import type { Loaded } from './load.ts';
import { locate } from './locate-findings.ts';
import { renderDesired } from './render-desired.ts';

/**
 * Manifest and lock text → everything that follows from them. `resolved` takes the place of the lock that was read.
 * Throws one failure with all findings.
 */
export async function expandTexts(loaded: Loaded, ctx: Machine, resolved?: Lock): Promise<Expansion> {
  const { sources, root, variables, ambient, allowedLiterals } = loaded;
  const {
    manifest,
    findings,
    literals = [],
  } = await parse(sources, {
    root,
    variables,
    ambient,
    allowedLiterals,
    clientNames: CLIENT_NAMES,
  });
  if (manifest === null) throw invalid(await locate(findings, sources));
  const lock = resolved ?? (await readLock(loaded));
  const expansion = await expandManifest({ manifest, lock, findings }, loaded, ctx);
  return literals.length === 0 ? expansion : { ...expansion, literals };
}

/** What the texts alone do not say of what will be written. */
export type Machine = Pick<Context, 'launcher' | 'platform'>;

/** A plain document needs no parser that knows positions, which costs more than all the rest of a plan. */
async function parse(sources: Loaded['sources'], options: ManifestOptions): Promise<ParsedManifest> {
  const plain = sources.map(({ bytes }) => readPlainBytes(bytes));
  if (plain.every((value) => value !== undefined)) return readStack(plain, sources, options);
  const { parseManifest } = await import('../manifest/parse-manifest.ts');
  return parseManifest(sources, options);
}

/** The same for a manifest that is canonical already: this one, or that of an earlier generation. */
export async function expandManifest(
  { manifest, lock, findings }: { manifest: Manifest; lock: Lock; findings: readonly Finding[] },
  { sources }: Loaded,
  { launcher, platform }: Machine,
): Promise<Expansion> {
  const graph = desire(manifest, { pins: satisfiedPins(manifest, lock), launcher, platform });
  const providers = new Map(
    await Promise.all(
      [...new Set(graph.desired.map(({ provider }) => provider))].map(
        async (name) => [name, await loadProvider(name)] as const,
      ),
    ),
  );
  const rendered = graph.desired.map((desired) => {
    const provider = providers.get(desired.provider);
    if (provider === undefined) throw new Error(`provider "${desired.provider}" was not loaded`);
    return { desired, ...renderDesired(desired, provider) };
  });
  const all = [...findings, ...graph.findings, ...rendered.flatMap((resource) => resource.findings)];
  const located = await locate(all, sources);
  if (hasErrors([...findings, ...graph.findings])) throw invalid(located);
  return {
    manifest,
    lock,
    resources: rendered.map(({ desired, attributes }) => ({ desired, attributes })),
    disabled: graph.disabled,
    findings: located,
  };
}

function invalid(findings: readonly Finding[]): McpformError {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const message = `the manifest has ${errors} ${errors === 1 ? 'error' : 'errors'}`;
  return new McpformError('MANIFEST_INVALID', message, { findings });
}

async function readLock({ lockBytes, lockPath }: Loaded): Promise<Lock> {
  if (lockBytes === null) return EMPTY_LOCK;
  const { parseLock } = await import('../lock/parse-lock.ts');
  const { lock, findings } = parseLock(lockBytes, lockPath);
  if (lock !== null && !hasErrors(findings)) return lock;
  throw new McpformError('LOCK_INVALID', `"${lockPath}" is not a valid lock`, {
    findings: await locate(findings, [{ path: lockPath, bytes: lockBytes }]),
  });
}
