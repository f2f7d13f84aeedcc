import { dotted } from '../../formats/yaml-schema.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { fromPointer } from '../../model/json.ts';
import { expandTexts } from '../expand-texts.ts';
import type { Expansion } from '../expansion.ts';
import type { Loaded } from '../load.ts';
import { guardStores } from '../secrets/guard-stores.ts';
import { sourcesByLocator } from '../secrets/sources.ts';
import {
  errorInRepository,
  type Given,
  inRepository,
  loadNominally,
  NOMINAL,
  NOMINAL_HOME,
} from './nominal.ts';
import type { RevisionTexts } from './revision-texts.ts';

export type Stack = Expansion & { readonly loaded: Loaded };

/** Two revisions of a stack, understood. */
export interface Compared {
  readonly stack: string;
  /** Null where there is nothing that machines could have of it. */
  readonly base: Stack | null;
  /** Null where it is gone. */
  readonly head: Stack | null;
  /** False when nobody knows what machines have. */
  readonly isKnown: boolean;
  readonly findings: readonly Finding[];
}

export interface Texts {
  readonly base: RevisionTexts;
  readonly head: RevisionTexts;
  readonly given: Given;
}

/** Throws what is wrong with `head`; what is wrong with `base` is a finding, and nothing is known of it then. */
export async function readStacks({ base: was, head: is, given }: Texts): Promise<Compared> {
  const [lost] = is.missing;
  if (is.manifests.length > 0 && lost !== undefined) {
    throw new McpformError('MANIFEST_UNREADABLE', `"${lost}" does not exist`, {
      hint: 'check the path, or leave the file out',
      at: { file: lost },
    });
  }
  if (is.manifests.length === 0 && was.manifests.length === 0) {
    throw new McpformError('MANIFEST_NOT_FOUND', 'neither revision has a manifest', {
      hint: 'name one with -f FILE, or write one with `mcpform init`',
    });
  }
  const head = is.manifests.length === 0 ? null : await read(is, given);
  const isSame = head !== null && haveSameTexts(was, is);
  const base = isSame ? { stack: head, findings: [] } : await readBase(was, given, head);
  if (head === null && base.stack === null) throw base.failure ?? new Error('nothing was read');
  const stack = (head ?? base.stack)?.manifest.name as string;
  const { failure } = base;
  const gone = head === null ? [manifestGone(was)] : [];
  return {
    ...{ stack, base: base.stack, head },
    isKnown: failure === undefined,
    findings: [...base.findings, ...gone],
  };
}

interface Base {
  readonly stack: Stack | null;
  readonly findings: readonly Finding[];
  /** Why nothing is known of it. */
  readonly failure?: McpformError;
}

async function readBase(texts: RevisionTexts, given: Given, head: Stack | null): Promise<Base> {
  if (texts.manifests.length === 0) return { stack: null, findings: [absent(texts)] };
  try {
    // What only one of the two declares is nothing to say of the other.
    const ambient = Object.keys(given.variables);
    const stack = await readOld(texts, { ...given, ambient });
    const findings = texts.missing.length === 0 ? [] : [absent(texts)];
    const [old, now] = [stack.manifest.name, head?.manifest.name ?? stack.manifest.name];
    return old === now ? { stack, findings } : { stack: null, findings: [...findings, renamed(old, now)] };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return { stack: null, findings: [unreadable(error)], failure: error };
  }
}

/** A credential in clear text keeps nobody from having applied it, before it was refused or with `--allow-literal`. */
async function readOld(texts: RevisionTexts, given: Given): Promise<Stack> {
  try {
    return await read(texts, given);
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const errors = error.findings.filter(({ severity }) => severity === 'error');
    const literals = errors.filter(({ code }) => code === 'MANIFEST_LITERAL_SECRET');
    if (literals.length === 0 || literals.length < errors.length) throw error;
    const places = literals.map(({ at }) => dotted(fromPointer(at?.pointer ?? '')));
    return await read(texts, { ...given, allowedLiterals: [...given.allowedLiterals, ...places] });
  }
}

async function read(texts: RevisionTexts, given: Given): Promise<Stack> {
  const loaded = loadNominally(texts, given);
  try {
    const expansion = await expandTexts(loaded, NOMINAL);
    const sources = sourcesByLocator(expansion.manifest);
    return { ...expansion, resources: guardStores(expansion.resources, sources, NOMINAL_HOME), loaded };
  } catch (error) {
    throw error instanceof McpformError ? errorInRepository(error) : error;
  }
}

function haveSameTexts(a: RevisionTexts, b: RevisionTexts): boolean {
  const all = ({ manifests, missing, lock }: RevisionTexts): readonly (string | Uint8Array)[] => [
    ...manifests.flatMap(({ path, bytes }) => [path, bytes]),
    ...missing,
    ...(lock === null ? [] : [lock.path, lock.bytes]),
  ];
  const [one, other] = [all(a), all(b)];
  return one.length === other.length && one.every((each, index) => isSame(each, other[index]));
}

function isSame(a: string | Uint8Array, b: string | Uint8Array | undefined): boolean {
  if (typeof a === 'string' || typeof b === 'string' || b === undefined) return a === b;
  return Buffer.compare(a, b) === 0;
}

function absent({ manifests, missing }: RevisionTexts): Finding {
  const what = manifests.length === 0 ? 'manifest' : missing.map((path) => `"${path}"`).join(', ');
  return {
    code: 'PLAN_BASE_ABSENT',
    severity: 'info',
    message: `the base has no ${what}: what the head declares there is new on every machine`,
  };
}

function unreadable(error: McpformError): Finding {
  const first = error.findings.find(({ severity }) => severity === 'error');
  const { at } = first ?? error;
  const where = at === undefined ? '' : ` (${at.file}${at.line === undefined ? '' : `:${at.line}`})`;
  return inRepository({
    code: 'PLAN_BASE_UNREADABLE',
    severity: 'warning',
    message: `nobody knows what machines have of the base, so everything is shown as if it were new: ${first?.message ?? error.message}${where}`,
    hint: 'compare with a revision whose manifest and lock are valid',
  });
}

function renamed(old: string, now: string): Finding {
  return {
    code: 'PLAN_STACK_RENAMED',
    severity: 'warning',
    message: `the stack was called "${old}", and is another one as "${now}": what machines have of "${old}" stays there and is in its way`,
    hint: `run \`mcpform destroy\` with the old manifest first, or keep the name "${old}"`,
  };
}

function manifestGone({ manifests }: RevisionTexts): Finding {
  const files = manifests.map(({ path }) => `"${path}"`).join(', ');
  return {
    code: 'PLAN_MANIFEST_REMOVED',
    severity: 'warning',
    message: `${files} is gone: machines stop there and keep what they have, and what is shown here goes with \`mcpform destroy\``,
    hint: 'destroy the stack before its manifest goes, or keep the manifest with no servers',
  };
}
