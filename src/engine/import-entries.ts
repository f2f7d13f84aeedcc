import type { FoundLiteral } from '../manifest/found-literals.ts';
import { joinImports } from '../manifest/join-imports.ts';
import { type ImportedServer, importEntry, type WrittenTarget } from '../manifest/write-import.ts';
import type { Address, Target } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import { concealLiterals } from './conceal-literals.ts';
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
  /** Credentials that stay in the client's file, unless they are moved to a backend: `servers` keep their places. */
  readonly literals: readonly MovableLiteral[];
}

/** One credential of one server, in the entries of all its targets. */
export interface MovableLiteral extends FoundLiteral {
  /** Those of the import's findings that say that it stays. */
  readonly findings: readonly Finding[];
}

/**
 * Reads the clients and turns what nobody manages into servers as a manifest writes them. Writes nothing. What looks
 * like a credential is shown by nothing from then on.
 */
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
  const imports = convert(chosen, request.taken, isKnownTo(ctx));
  for (const { observed } of chosen) concealLiterals(observed.attributes, ctx.conceal);
  return imports;
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

/** What the manifest declares as a secret and takes from the environment is one, whatever it looks like. */
function isKnownTo({ conceal }: Context): (text: string) => boolean {
  return (text) => conceal.holds(text);
}

interface Accepted {
  readonly address: Address;
  readonly imported: ImportedServer;
  readonly literals: readonly MovableLiteral[];
}

function convert(
  chosen: readonly Found[],
  taken: ReadonlySet<string>,
  isKnown: (text: string) => boolean,
): Imports {
  const findings: Finding[] = [];
  const accepted: Accepted[] = [];
  for (const { name, address, target, observed } of chosen) {
    if (taken.has(name)) {
      findings.push(alreadyDeclared(name, address));
      continue;
    }
    const result = importEntry(name, writtenTarget(target), observed.attributes, isKnown);
    const located = result.findings.map((finding) => ({ ...finding, address }));
    findings.push(...located);
    const literals = result.literals.map((literal) => ({
      ...literal,
      findings: located.filter((finding) => isAbout(finding, literal)),
    }));
    if (result.imported !== null) accepted.push({ address, imported: result.imported, literals });
  }
  const joined = joinImports(accepted.map(({ imported }) => imported));
  const isIn = new Set(joined.joined);
  const entries = accepted.filter(({ imported }) => isIn.has(imported));
  return {
    servers: joined.servers,
    addresses: entries.map(({ address }) => address),
    findings: [...findings, ...joined.findings],
    literals: joined.servers.flatMap(({ name }) =>
      movable(entries.filter(({ imported }) => imported.name === name)),
    ),
  };
}

function isAbout({ code, message }: Finding, { pointer }: FoundLiteral): boolean {
  return code === 'MANIFEST_IMPORT_SECRET' && message.includes(`"${pointer}"`);
}

/** One reference stands for the literals of all entries of a server, so they must be the same. */
function movable(entries: readonly Accepted[]): readonly MovableLiteral[] {
  const [first] = entries;
  return (first?.literals ?? []).flatMap((literal) => {
    const all = entries.map(({ literals }) => literals.find(({ pointer }) => pointer === literal.pointer));
    const isSame = all.every(
      (each) => each?.before === literal.before && each.value.reveal() === literal.value.reveal(),
    );
    return isSame ? [{ ...literal, findings: all.flatMap((each) => each?.findings ?? []) }] : [];
  });
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
