import { dirname } from 'node:path';
import { locatorOf } from '../../graph/bind-template.ts';
import { withWholePaths } from '../../graph/secret-sources.ts';
import { McpformError } from '../../model/error.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { SecretSource } from '../../model/secret.ts';

export interface DeclaredSecret {
  readonly name: string;
  readonly locator: string;
  readonly source: SecretSource;
}

/** The secrets under `secrets`, in the manifest's order. Two names may be for one place. */
export function declaredSecrets(manifest: Manifest): readonly DeclaredSecret[] {
  const { secrets } = withWholePaths(manifest, dirname(manifest.files[0] ?? '/'));
  return Object.entries(secrets).map(([name, source]) => ({ name, locator: locatorOf(source), source }));
}

/** Throws USAGE, with the names that there are. */
export function secretCalled(name: string, manifest: Manifest): DeclaredSecret {
  const all = declaredSecrets(manifest);
  const found = all.find((secret) => secret.name === name);
  if (found !== undefined) return found;
  throw new McpformError('USAGE', `the manifest has no secret "${name}"`, {
    hint:
      all.length === 0
        ? 'declare it under `secrets` first'
        : `secrets are ${all.map((secret) => secret.name).join(', ')}`,
  });
}
