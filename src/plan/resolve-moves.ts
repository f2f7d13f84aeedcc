import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Move } from '../model/manifest.ts';
import type { PlannedResource } from './plan-input.ts';
import { compareText } from './step.ts';

export interface Moves {
  /** Per new address, the one in the books. Chains are followed to their declared end. */
  readonly fromOf: ReadonlyMap<Address, Address>;
  /** The other way round, and for renamed servers that are switched off too. */
  readonly toOf: ReadonlyMap<Address, Address>;
  readonly findings: readonly Finding[];
}

export interface Known {
  readonly desired: ReadonlyMap<Address, PlannedResource>;
  readonly disabled: ReadonlySet<Address>;
  /** Whether the books have the address. */
  isOwned(address: Address): boolean;
}

/**
 * The `moved:` list against what is declared and what the books have. A source that the books do not have was
 * moved already, or never was: it is ignored, so the list can stay in the manifest.
 */
export function resolveMoves(moved: readonly Move[], known: Known): Moves {
  const findings: Finding[] = [];
  const next = nextOf(moved, findings);
  const fromOf = new Map<Address, Address>();
  const toOf = new Map<Address, Address>();
  for (const from of [...next.keys()].sort(compareText)) {
    const chain = follow(from, next);
    if (chain === null) {
      findings.push(circle(from, next));
      continue;
    }
    const to = chain.findLast((address) => known.desired.has(address) || known.disabled.has(address));
    if (to === undefined) continue;
    if (known.desired.has(from)) {
      findings.push(bothDeclared(from, to, known));
      continue;
    }
    if (!known.isOwned(from)) continue;
    if (known.disabled.has(to)) {
      toOf.set(from, to);
      continue;
    }
    if (known.isOwned(to)) continue;
    const rival = fromOf.get(to);
    if (rival !== undefined) {
      findings.push(twice(`${rival} and ${from} are both moved to ${to}`));
      continue;
    }
    toOf.set(from, to);
    fromOf.set(to, from);
  }
  return { fromOf, toOf, findings };
}

function nextOf(moved: readonly Move[], findings: Finding[]): ReadonlyMap<Address, Address> {
  const next = new Map<Address, Address>();
  const sorted = [...moved].sort((a, b) => compareText(a.from, b.from) || compareText(a.to, b.to));
  for (const { from, to } of sorted) {
    const other = next.get(from);
    if (other !== undefined && other !== to)
      findings.push(twice(`${from} is moved to both ${other} and ${to}`));
    else next.set(from, to);
  }
  return next;
}

/** The addresses after `from`, to the end of the chain; null when it comes round to where it was. */
function follow(from: Address, next: ReadonlyMap<Address, Address>): readonly Address[] | null {
  const chain: Address[] = [];
  const seen = new Set([from]);
  for (let here = next.get(from); here !== undefined; here = next.get(here)) {
    if (seen.has(here)) return null;
    seen.add(here);
    chain.push(here);
  }
  return chain;
}

function circle(from: Address, next: ReadonlyMap<Address, Address>): Finding {
  const path = [from];
  for (let here = next.get(from); here !== undefined; here = next.get(here)) {
    path.push(here);
    if (path.indexOf(here) < path.length - 1) break;
  }
  return {
    code: 'PLAN_MOVED_CYCLE',
    severity: 'error',
    message: `the moved list goes in a circle: ${path.join(' -> ')}`,
    hint: 'remove one of these from "moved"',
    address: from,
  };
}

function bothDeclared(from: Address, to: Address, { desired }: Known): Finding {
  const at = desired.get(from)?.desired.at;
  return {
    code: 'PLAN_MOVED_BOTH_DECLARED',
    severity: 'error',
    message: `${from} is moved to ${to}, but both are declared`,
    hint: `remove the server behind ${from}, or take the pair out of "moved"`,
    address: from,
    ...(at === undefined ? {} : { at }),
  };
}

function twice(message: string): Finding {
  return {
    code: 'PLAN_MOVED_TWICE',
    severity: 'error',
    message,
    hint: 'one address becomes one other: keep one of these in "moved"',
  };
}
