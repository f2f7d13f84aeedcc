import { type Finding, hasErrors } from '../model/finding.ts';
import { isJsonObject, type Json, type Pointer, toPointer } from '../model/json.ts';
import type { Manifest } from '../model/manifest.ts';
import { checkLiterals } from './check-literals.ts';
import { checkSchema } from './check-schema.ts';
import { dropExtensions } from './drop-extensions.ts';
import { inOrder } from './in-order.ts';
import { mergeDocuments, originOf } from './merge.ts';
import { type Problem, Problems } from './problem.ts';
import { pruneWrong } from './prune-wrong.ts';
import { readManifest } from './read-manifest.ts';
import { resolveText } from './resolve-text.ts';

export interface Source {
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ManifestOptions {
  /** Absolute: the git root above the first file, else that file's folder. */
  readonly root: string;
  /** `--var`, variable files and `MCPFORM_VAR_*` in one map, the strongest already chosen. */
  readonly variables: Readonly<Record<string, string>>;
  /** Those of `variables` that lie in the environment for whoever wants them: nobody meant this manifest. */
  readonly ambient?: readonly string[];
  readonly clientNames: readonly string[];
  /** Places (`servers.github.env.TOKEN`) of what looks like a credential, and is let pass with a warning. */
  readonly allowedLiterals?: readonly string[];
}

export interface ParsedManifest {
  /** Null exactly when there is an error among the findings. */
  readonly manifest: Manifest | null;
  readonly findings: readonly Finding[];
  /** Places of what looks like a credential and was let pass; absent when there are none. */
  readonly literals?: readonly Pointer[];
}

/**
 * Values that were read from the files, one each, as a canonical manifest, with everything that is wrong with them at
 * once. `findings` is what reading them said, and holds no error.
 */
export function readStack(
  documents: readonly Json[],
  sources: readonly Source[],
  options: ManifestOptions,
  findings: readonly Finding[] = [],
): ParsedManifest {
  const problems = new Problems();
  const { manifest, literals } = readDocuments(documents, sources, options, problems);
  const sorted = inOrder(problems.all, mergeDocuments(documents));
  const all = [...findings, ...sorted.map((problem) => toFinding(problem, documents, sources))];
  return {
    manifest: hasErrors(all) ? null : manifest,
    findings: all,
    ...(literals.length === 0 ? {} : { literals }),
  };
}

function readDocuments(
  documents: readonly Json[],
  sources: readonly Source[],
  options: ManifestOptions,
  problems: Problems,
): { readonly manifest: Manifest | null; readonly literals: readonly Pointer[] } {
  const merged = mergeDocuments(documents);
  if (!isStack(merged, problems)) return { manifest: null, literals: [] };
  const plain = dropExtensions(merged);
  const { document, substituted, broken } = resolveText(plain, options, problems);
  const before = problems.all.length;
  const checked = checkSchema(document, substituted, problems);
  // After variable substitution, so that none brings in what could not stand here.
  const extended = plain === merged ? document : merged;
  const literals = checkLiterals(document, extended, options.allowedLiterals ?? [], problems);
  const manifest = readManifest(
    pruneWrong(checked, problems.all),
    sources.map(({ path }) => path),
    options,
    problems,
  );
  // A text that could not be resolved is no value to judge; what was said about it is enough.
  problems.keep(({ path, part }, index) => index < before || part === 'key' || !broken.has(toPointer(path)));
  return { manifest, literals };
}

/** Whether this is a file of this format at all; when not, everything else would be noise. */
function isStack(document: Json, problems: Problems): boolean {
  if (!isJsonObject(document)) {
    problems.error('MANIFEST_WRONG_TYPE', [], 'the file is not a map of keys and values', {
      hint: 'start with "apiVersion: mcpform/v1" and "kind: Stack"',
    });
    return false;
  }
  const { apiVersion, kind } = document;
  if (apiVersion !== 'mcpform/v1') {
    problems.error(
      'MANIFEST_API_VERSION',
      apiVersion === undefined ? [] : ['apiVersion'],
      versionFault(apiVersion),
      {
        hint: 'this mcpform reads "apiVersion: mcpform/v1"',
      },
    );
  }
  if (kind !== 'Stack') {
    const fault = typeof kind === 'string' ? `"${kind}" is not a stack` : '"kind" is missing';
    problems.error('MANIFEST_KIND', kind === undefined ? [] : ['kind'], fault, {
      hint: 'write "kind: Stack"',
      ...(typeof kind === 'string' ? { near: [kind, ['Stack']] } : {}),
    });
  }
  return apiVersion === 'mcpform/v1' && kind === 'Stack';
}

function versionFault(apiVersion: Json | undefined): string {
  return typeof apiVersion === 'string' ? `version "${apiVersion}" is not known` : '"apiVersion" is missing';
}

function toFinding(problem: Problem, documents: readonly Json[], sources: readonly Source[]): Finding {
  const { path, part, ...rest } = problem;
  const source = sources[originOf(documents, path)] as Source;
  return { ...rest, at: { file: source.path, pointer: toPointer(path), part } };
}
