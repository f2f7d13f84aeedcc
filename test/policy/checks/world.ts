import { expandTexts } from '../../../src/engine/expand-texts.ts';
import type { Expansion } from '../../../src/engine/expansion.ts';
import { type ChecksRequest, judgeChecks } from '../../../src/engine/judge-checks.ts';
import { allOf } from '../../../src/engine/judge-texts.ts';
import { locate } from '../../../src/engine/locate-findings.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { Step } from '../../../src/model/plan.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import type { Policy } from '../../../src/policy/policy.ts';

export const FILE = '/repo/mcp.yaml';
export const DIGEST = `sha256:${'3f'.repeat(32)}`;
/** In the afternoon of 20 November 2026, UTC. */
export const NOW_MS = Date.UTC(2026, 10, 20, 15, 30);

export interface Texts {
  /** What comes after `servers:`, and all that stands beside it. */
  readonly manifest: string;
  readonly lock?: string;
  readonly allowedLiterals?: readonly string[];
}

const bytesOf = (text: string): Buffer => Buffer.from(text);

export function loadedOf({ manifest, lock, allowedLiterals = [] }: Texts) {
  const text = `apiVersion: mcpform/v1\nkind: Stack\nname: tools\n${manifest}`;
  const head = 'apiVersion: mcpform/v1\nkind: Lock\n';
  const lockText = lock === undefined || lock.includes('apiVersion') ? (lock ?? null) : `${head}${lock}`;
  return {
    sources: [{ path: FILE, bytes: bytesOf(text) }],
    lockPath: '/repo/mcp.lock.yaml',
    lockBytes: lockText === null ? null : bytesOf(lockText),
    variables: {},
    ambient: [],
    allowedLiterals,
    root: '/repo',
    git: null,
    source: { remote: null, root: '/repo', files: ['mcp.yaml'] },
  };
}

export async function expansionOf(texts: Texts): Promise<Expansion> {
  return await expandTexts(loadedOf(texts), {
    launcher: { command: '/usr/bin/node', args: ['/opt/mcpform.cjs', 'exec'], ephemeral: null },
    platform: 'linux',
  });
}

export function policyOf(text: string, file = '/org/policy.yaml'): Policy {
  const { policy, findings } = parsePolicy(bytesOf(`apiVersion: mcpform/v1\nkind: Policy\n${text}`), file);
  if (policy === null) throw new Error(findings.map(({ message }) => message).join('; '));
  return policy;
}

/** What the checks say, located in the manifest. */
export async function check(
  texts: Texts,
  policies: readonly Policy[] = [],
  { steps, ...more }: Partial<ChecksRequest> & { readonly steps?: readonly Step[] } = {},
): Promise<readonly Finding[]> {
  const request = { policies, runsChecks: true, nowMs: NOW_MS, ...more };
  const verdict = judgeChecks(await expansionOf(texts), request, steps);
  return await locate(allOf(verdict), loadedOf(texts).sources);
}

/** `CODE severity line:column message`, one for each that differs. */
export function wordsOf(findings: readonly Finding[]): readonly string[] {
  return [
    ...new Set(
      findings.map(({ code, severity, at, message }) => {
        const place = at?.line === undefined ? '-' : `${at.line}:${at.column}`;
        return `${code} ${severity} ${place} ${message}`;
      }),
    ),
  ];
}
