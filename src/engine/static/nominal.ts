import { hash } from 'node:crypto';
import { McpformError } from '../../model/error.ts';
import type { At, Finding } from '../../model/finding.ts';
import type { Machine } from '../expand-texts.ts';
import { type Loaded, type LoadRequest, lockPathOf } from '../load.ts';
import type { RevisionText, RevisionTexts } from './revision-texts.ts';

/** Where the repository is on every machine, as far as a plan of no machine is concerned. */
export const ROOT = '/repository';

/** Every machine, and none: what it writes into entries and digests is the same wherever the plan is made. */
export const NOMINAL: Machine = {
  launcher: { command: 'mcpform', args: ['exec'], ephemeral: null },
  platform: 'linux',
};

const HOME = '/home/nobody';

/** Whose keys no server is handed. */
export const NOMINAL_HOME = {
  home: HOME,
  folders: { state: `${HOME}/.local/state/mcpform`, data: `${HOME}/.local/share/mcpform` },
};

/** Of no key: what it digests stands in the repository, for everybody who reads the plan. */
export function nominalDigest(text: string): string {
  return hash('sha256', `static plan 1\n${text}`, 'base64url');
}

export type Given = Required<Pick<LoadRequest, 'variables' | 'ambient' | 'allowedLiterals'>>;

/** The texts of a revision as `load` would have read them in a repository at `ROOT`. At least one manifest. */
export function loadNominally({ manifests, lock }: RevisionTexts, given: Given): Loaded {
  const sources = manifests.map(atRoot);
  const [first] = sources;
  if (first === undefined) throw new Error('a revision without a manifest has nothing to load');
  return {
    ...given,
    sources,
    lockPath: lock === null ? lockPathOf(first.path) : atRoot(lock).path,
    lockBytes: lock?.bytes ?? null,
    root: ROOT,
    git: { root: ROOT, mainRoot: ROOT, remote: null, revision: null },
    source: { remote: null, root: ROOT, files: manifests.map(({ path }) => path) },
  };
}

function atRoot({ path, bytes }: RevisionText): RevisionText {
  return { path: `${ROOT}/${path}`, bytes };
}

/** With paths as the repository has them. */
export function inRepository(finding: Finding): Finding {
  const { message, hint, at } = finding;
  return {
    ...finding,
    message: plain(message),
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    ...(at === undefined ? {} : { at: plainAt(at) }),
  };
}

export function errorInRepository({ code, message, hint, at, findings, cause }: McpformError): McpformError {
  return new McpformError(code, plain(message), {
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    ...(at === undefined ? {} : { at: plainAt(at) }),
    findings: findings.map(inRepository),
    cause,
  });
}

function plainAt(at: At): At {
  return { ...at, file: plain(at.file) };
}

function plain(text: string): string {
  return text.replaceAll(`${ROOT}/`, '');
}
