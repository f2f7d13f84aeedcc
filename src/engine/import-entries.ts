import {
  type ImportedServer,
  importEntry,
  joinImports,
  type WrittenTarget,
} from '../manifest/write-import.ts';
import type { Address, Target } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import { type Found, listUnmanaged } from './list-unmanaged.ts';
import { observeWorld } from './observe.ts';
import { placesOfOtherStacks } from './other-stacks.ts';

export interface ImportRequest {
  /** Named addresses; empty means everything that nobody manages. */
  readonly addresses: readonly Address[];
  /** Where to look. */
  readonly targets: readonly Target[];
  /** Places that are declared or in the books already. */
  readonly managed: ReadonlySet<string>;
  /** Names that the manifest has. */
  readonly taken: ReadonlySet<string>;
  /** The state folder of this stack, whose entries are not another stack's. */
  readonly books: string | null;
  readonly root: string | null;
}

export interface Imports {
  readonly servers: readonly ImportedServer[];
  /** What `servers` were made from. */
  readonly addresses: readonly Address[];
  readonly findings: readonly Finding[];
}

/** Reads the clients and turns what nobody manages into servers as a manifest writes them. Writes nothing. */
export async function importEntries(request: ImportRequest, ctx: Context): Promise<Imports> {
  const { targets, root } = request;
  const world = await observeWorld({ resources: [], places: [], targets, root }, ctx);
  const unreadable = [...world.unavailable.values()];
  if (unreadable[0] !== undefined) {
    throw new McpformError(unreadable[0].code, 'a client file cannot be read, so nothing was imported', {
      findings: unreadable,
    });
  }
  const others = await placesOfOtherStacks(request.books ?? '', ctx);
  const unmanaged = listUnmanaged(world, targets, request.managed);
  const free = unmanaged.filter(({ observed }) => !others.has(observed.place.key));
  const chosen = request.addresses.length === 0 ? free : choose(request.addresses, free);
  return convert(chosen, request.taken);
}

function choose(addresses: readonly Address[], free: readonly Found[]): readonly Found[] {
  return addresses.map((address) => {
    const found = free.find((each) => each.address === address);
    if (found !== undefined) return found;
    throw new McpformError('PLAN_ADDRESS_UNKNOWN', `there is nothing to import at "${address}"`, {
      hint: 'it is not there, or it is managed already; `mcpform status` and `claude mcp list` show which',
    });
  });
}

function convert(chosen: readonly Found[], taken: ReadonlySet<string>): Imports {
  const findings: Finding[] = [];
  const accepted: { readonly address: Address; readonly imported: ImportedServer }[] = [];
  for (const { name, address, target, observed } of chosen) {
    if (taken.has(name)) {
      findings.push(alreadyDeclared(name, address));
      continue;
    }
    const result = importEntry(name, writtenTarget(target), observed.attributes);
    findings.push(...result.findings.map((finding) => ({ ...finding, address })));
    if (result.imported !== null) accepted.push({ address, imported: result.imported });
  }
  const joined = joinImports(accepted.map(({ imported }) => imported));
  const isIn = new Set(joined.joined);
  return {
    servers: joined.servers,
    addresses: accepted.filter(({ imported }) => isIn.has(imported)).map(({ address }) => address),
    findings: [...findings, ...joined.findings],
  };
}

function writtenTarget({ client, scope, label }: Target): WrittenTarget {
  return { client, scope, ...(label === undefined ? {} : { path: label }) };
}

function alreadyDeclared(name: string, address: Address): Finding {
  return {
    code: 'MANIFEST_IMPORT_REFUSED',
    severity: 'warning',
    message: `"${address}" was not imported: the manifest has a server "${name}" already`,
    hint: 'add a target to that server if they are the same, or rename one of them',
    address,
  };
}
