import { dirname } from 'node:path';
import { locatorOf } from '../../graph/bind-template.ts';
import { withWholePaths } from '../../graph/secret-sources.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { SecretSource } from '../../model/secret.ts';

export interface NamedSource {
  /** The manifest's name for it; of several for one place, the first. */
  readonly name: string;
  readonly source: SecretSource;
}

/** Where the secrets of a manifest are, by locator. */
export function sourcesByLocator(manifest: Manifest): ReadonlyMap<string, NamedSource> {
  const { secrets } = withWholePaths(manifest, dirname(manifest.files[0] ?? '/'));
  const sources = new Map<string, NamedSource>();
  for (const [name, source] of Object.entries(secrets)) {
    const locator = locatorOf(source);
    if (!sources.has(locator)) sources.set(locator, { name, source });
  }
  return sources;
}
