import { assertNever } from '../../model/assert-never.ts';
import type { Context } from '../../model/context.ts';
import type { Finding } from '../../model/finding.ts';
import type { Grant } from '../../model/grant.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan, Step } from '../../model/plan.ts';
import type { Desired, Emission } from '../../model/resource.ts';
import type { SecretFacts } from '../../plan/plan-input.ts';
import { readGrants } from '../../state/grants-file.ts';
import type { Declared } from '../declare.ts';
import { grantKey } from './grants.ts';
import type { Looks } from './look.ts';

/** What is granted, and what looking at it came to. */
export interface SecretStanding {
  readonly grants: readonly Grant[];
  /** Empty where nobody looked. */
  readonly looks: Looks;
}

/**
 * Reads the grants, and with `looks` asks for every secret that mcpform itself hands on and that is granted already.
 * One that is not is never asked for: the manifest alone starts nothing.
 */
export async function secretStanding(
  declared: Pick<Declared, 'books' | 'manifest' | 'resources'>,
  { looks }: { readonly looks: boolean },
  ctx: Context,
): Promise<SecretStanding> {
  const desired = declared.resources.map((resource) => resource.desired);
  if (!desired.some(({ secrets }) => secrets.length > 0)) return { grants: [], looks: new Map() };
  const grants = await readGrants(declared.books, ctx);
  const granted = looks ? grantedLocators(desired, grants) : [];
  if (granted.length === 0) return { grants, looks: new Map() };
  const { lookAt } = await import('./look.ts');
  const { sourcesByLocator } = await import('./sources.ts');
  return { grants, looks: await lookAt(granted, sourcesByLocator(declared.manifest), ctx) };
}

function grantedLocators(desired: readonly Desired[], grants: readonly Grant[]): readonly string[] {
  const known = new Set(grants.map(grantKey));
  return desired.flatMap(({ address, launchDigest, secrets }) =>
    secrets
      .filter(
        ({ via, locator }) => via !== 'reference' && known.has(grantKey({ locator, address, launchDigest })),
      )
      .map(({ locator }) => locator),
  );
}

/** The same in the words of the planner. */
export function secretFacts({ grants, looks }: SecretStanding, inventory: Inventory | null): SecretFacts {
  const known = new Set(grants.map(grantKey));
  return {
    isGranted: ({ locator }, { address, launchDigest }) =>
      known.has(grantKey({ locator, address, launchDigest })),
    hasChanged: ({ locator }, address) => {
      const look = looks.get(locator);
      const before = inventory?.entries[address]?.fingerprints?.[locator];
      return look?.kind === 'value' && before !== undefined && before !== look.fingerprint;
    },
  };
}

/** Granted secrets that cannot be had now: what needs them stays as it is, and says why. Once per secret. */
export function unresolvedFindings(
  desired: readonly Desired[],
  { looks }: SecretStanding,
): readonly Finding[] {
  return [...looks].flatMap(([locator, look]): readonly Finding[] => {
    if (look.kind !== 'failed') return [];
    const users = desired.filter(({ secrets }) => secrets.some((use) => use.locator === locator));
    const { code, message, hint } = look.error;
    const names = users.map(({ address }) => `"${address}"`).join(', ');
    const first = users[0];
    return [
      {
        code,
        severity: 'warning',
        message: `${message}; ${names} ${users.length === 1 ? 'needs' : 'need'} it`,
        ...(hint === undefined ? {} : { hint }),
        ...(first === undefined ? {} : { at: first.at }),
      },
    ];
  });
}

/** What a plan does because of secrets whose values have changed, and what it leaves to others. Once per secret. */
export function changedFindings({ steps }: Pick<Plan, 'steps'>): readonly Finding[] {
  const effects = new Map<string, string[]>();
  for (const { address, action, secrets } of steps) {
    for (const { name, locator, via, hasChanged } of secrets) {
      if (hasChanged !== true || action === 'conflict') continue;
      const words = effects.get(name ?? locator) ?? [];
      words.push(`"${address}" ${effectOf(via, action)}`);
      effects.set(name ?? locator, words);
    }
  }
  return [...effects].map(([name, words]) => ({
    code: 'SECRET_CHANGED',
    severity: 'info',
    message: `secret ${name}: changed; ${[...new Set(words)].join('; ')}`,
  }));
}

function effectOf(via: Emission, action: Step['action']): string {
  switch (via) {
    case 'reference':
    case 'wrapper':
      return 'gets it when its client starts it or asks it next';
    case 'plaintext':
      return 'is written again, and running sessions keep the old one';
    case 'file':
    case 'environment':
      return action === 'replace' ? 'is replaced, so its container starts anew' : 'gets it';
    default:
      return assertNever(via);
  }
}
