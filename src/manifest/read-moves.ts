import type { Address } from '../model/address.ts';
import type { Move } from '../model/manifest.ts';
import type { MoveDocument } from '../schema/manifest.types.ts';
import type { Problems } from './problem.ts';

/**
 * Renames, each straight to where it ends: `a → b` and `b → c` become `a → c` and `b → c`, so that old items can
 * stay. `declared` are the addresses of client entries.
 */
export function readMoves(
  documents: readonly MoveDocument[],
  declared: ReadonlySet<Address>,
  problems: Problems,
): readonly Move[] {
  const next = new Map<Address, Address>();
  const targets = new Set<Address>();
  documents.forEach(({ from, to }, index) => {
    const fault = faultOf(from, to, declared) ?? clash(from, to, next, targets);
    if (fault !== null) {
      problems.error('MANIFEST_MOVED', ['moved', String(index), fault.field], fault.message, {
        hint: fault.hint,
      });
      return;
    }
    next.set(from, to);
    targets.add(to);
  });
  const ends = findEnds(next);
  // What is wrong elsewhere may be why an address is not there.
  const isIncomplete = problems.all.some(({ severity }) => severity === 'error');
  return documents.map(({ from }, index) => {
    const to = ends.get(from);
    if (to === null) {
      problems.error('MANIFEST_MOVED', ['moved', String(index)], 'the moves go round in a circle', {
        hint: 'remove one of them',
      });
    } else if (to !== undefined && isEntry(to) && !declared.has(to) && !isIncomplete) {
      problems.error('MANIFEST_MOVED', ['moved', String(index), 'to'], `nothing is declared at "${to}"`, {
        near: [to, declared],
      });
    }
    return { from, to: to ?? from };
  });
}

interface Fault {
  readonly field: 'from' | 'to';
  readonly message: string;
  readonly hint: string;
}

function faultOf(from: Address, to: Address, declared: ReadonlySet<Address>): Fault | null {
  for (const [field, address] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (isAddress(address)) continue;
    return {
      field,
      message: `"${address}" is not an address`,
      hint: 'write CLIENT/SCOPE/NAME, such as claude-code/user/github',
    };
  }
  if (from === to) return { field: 'to', message: 'is where it was before', hint: 'remove the item' };
  if (!declared.has(from)) return null;
  return {
    field: 'from',
    message: `"${from}" is still declared`,
    hint: 'rename the server, or remove the item',
  };
}

function clash(
  from: Address,
  to: Address,
  next: ReadonlyMap<Address, Address>,
  targets: ReadonlySet<Address>,
): Fault | null {
  if (next.has(from))
    return { field: 'from', message: `"${from}" is moved twice`, hint: 'remove one of the items' };
  if (targets.has(to))
    return { field: 'to', message: `two items move to "${to}"`, hint: 'remove one of the items' };
  return null;
}

/** Where following the moves ends, for every source; null for those that never do. Each is followed once. */
function findEnds(next: ReadonlyMap<Address, Address>): ReadonlyMap<Address, Address | null> {
  const ends = new Map<Address, Address | null>();
  for (const from of next.keys()) {
    const walk = new Set<Address>();
    let at = from;
    while (next.has(at) && !ends.has(at) && !walk.has(at)) {
      walk.add(at);
      at = next.get(at) as Address;
    }
    const end = walk.has(at) ? null : ends.has(at) ? (ends.get(at) as Address | null) : at;
    for (const passed of walk) ends.set(passed, end);
  }
  return ends;
}

function isEntry(address: Address): boolean {
  return !/^docker(?:@|\/)/.test(address);
}

function isAddress(address: Address): boolean {
  return (
    /^[a-z0-9][a-z0-9-]*\/(?:user|(?:local|project)(?::[^\s]+)?)\/[A-Za-z0-9][A-Za-z0-9_-]*$/.test(address) ||
    /^docker(?:@[a-zA-Z0-9][a-zA-Z0-9_.+-]+)?\/(?:container|network|volume|image)\/\S+$/.test(address)
  );
}
