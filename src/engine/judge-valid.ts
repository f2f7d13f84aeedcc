import type { Context } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import type { Expansion } from './expansion.ts';
import type { PolicyRequest } from './judge-policy.ts';
import type { Loaded } from './load.ts';
import { locate } from './locate-findings.ts';
import { readNamedPolicies, readPolicies } from './read-policies.ts';

/**
 * What policy says of a manifest that nobody plans: checks where somebody asks for them, and the rules of the policies
 * that were named. All findings, the manifest's own included, worst first, each once; null when policy was not asked.
 */
export async function judgeValid(
  expansion: Expansion,
  { loaded, policy }: { readonly loaded: Loaded; readonly policy: PolicyRequest | undefined },
  ctx: Context,
): Promise<readonly Finding[] | null> {
  const { files = [], runsChecks = false } = policy ?? {};
  const [machine, named] = await Promise.all([readPolicies(ctx), readNamedPolicies(files, ctx)]);
  const policies = [...machine, ...named].filter(({ checks }) => checks !== undefined);
  if (policies.length === 0 && named.length === 0 && !runsChecks) return null;
  const [{ judgeTexts, allOf }, { withoutRepeats }, { arrangeFindings }] = await Promise.all([
    import('./judge-texts.ts'),
    import('../policy/checks/without-repeats.ts'),
    import('../plan/collect-findings.ts'),
  ]);
  const nowMs = ctx.system.clock.now();
  const { source, sources } = loaded;
  const verdict = judgeTexts(expansion, { policies, ruling: named, runsChecks, source, nowMs });
  const findings = withoutRepeats([...expansion.findings, ...allOf(verdict)]);
  return arrangeFindings(await locate(findings, sources));
}
