import { desire } from '../graph/desire.ts';
import { locateFindings } from '../manifest/locate.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type Finding, hasErrors } from '../model/finding.ts';
import type { Lock } from '../model/lock.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Desired } from '../model/resource.ts';
import { type Loaded, type LoadRequest, load } from './load.ts';
import { locateBooks } from './locate-books.ts';

/** What should exist, and where its books are. */
export interface Declared {
  readonly loaded: Loaded;
  readonly manifest: Manifest;
  readonly lock: Lock;
  readonly desired: readonly Desired[];
  readonly disabled: readonly string[];
  /** The state folder. */
  readonly books: string;
  readonly findings: readonly Finding[];
}

/** Load and expand. Throws when the manifest or its graph has errors. */
export async function declare(request: LoadRequest, ctx: Context): Promise<Declared> {
  return await expand(await load(request, ctx), ctx);
}

/** The same for a manifest and lock of another time, at the place of this one (rollback). */
export async function expand(
  loaded: Loaded,
  ctx: Context,
  past: Pick<Declared, 'manifest' | 'lock'> = loaded,
): Promise<Declared> {
  const { manifest, lock } = past;
  const graph = desire(manifest, lock);
  const findings = [...loaded.findings, ...locateFindings(graph.findings, loaded.sources)];
  if (hasErrors(findings)) {
    throw new McpformError('MANIFEST_INVALID', 'the manifest is not valid', { findings });
  }
  return {
    loaded,
    manifest,
    lock,
    desired: graph.desired,
    disabled: graph.disabled,
    books: await locateBooks(loaded, ctx),
    findings,
  };
}
