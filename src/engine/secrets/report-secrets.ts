import type { Grant } from '../../model/grant.ts';
import type { Desired, SecretUse } from '../../model/resource.ts';
import type { GrantState, ListedSecret, ListedUse, SecretsList } from '../../report/secrets-list.ts';
import type { Declared } from '../declare.ts';
import { declaredSecrets } from './declared-secrets.ts';
import { grantKey } from './grants.ts';

/** Every secret of the manifest with who gets it, and whether it may. Starts no backend. */
export function reportSecrets(
  { manifest, resources }: Pick<Declared, 'manifest' | 'resources'>,
  grants: readonly Grant[],
): SecretsList {
  const all = resources.flatMap(({ desired }) => desired.secrets.map((use) => ({ desired, use })));
  const named = declaredSecrets(manifest).map(
    ({ name, locator, source }): ListedSecret => ({
      name,
      locator,
      backend: source.backend,
      uses: all.filter(({ use }) => use.name === name).map((each) => listed(each, grants)),
    }),
  );
  const own = [...new Set(all.flatMap(({ use }) => (use.name === undefined ? [use.locator] : [])))].sort();
  const unnamed = own.map(
    (locator): ListedSecret => ({
      name: null,
      locator,
      backend: 'env',
      uses: all
        .filter(({ use }) => use.name === undefined && use.locator === locator)
        .map((each) => listed(each, grants)),
    }),
  );
  return { formatVersion: '1.0', stack: manifest.name, secrets: [...named, ...unnamed] };
}

function listed({ desired, use }: { desired: Desired; use: SecretUse }, grants: readonly Grant[]): ListedUse {
  const { address, launchDigest } = desired;
  const { locator, pointer, via } = use;
  return { address, pointer, via, grant: grantState({ locator, address, launchDigest }, grants) };
}

/** Whether this very launch has it. */
export function grantState(
  wanted: Pick<Grant, 'locator' | 'address' | 'launchDigest'>,
  grants: readonly Grant[],
): GrantState {
  const own = grants.filter(
    ({ address, locator }) => address === wanted.address && locator === wanted.locator,
  );
  if (own.some((grant) => grantKey(grant) === grantKey(wanted))) return 'granted';
  return own.length > 0 ? 'older-launch' : 'not-granted';
}
