import { EXIT } from '../../model/exit-code.ts';
import type { Finding } from '../../model/finding.ts';
import { failsOnFindings } from '../fail-on.ts';
import { fetchPolicies } from '../fetch-policies.ts';
import type { Job } from '../job.ts';
import { filesOf } from '../make-plan.ts';
import { writeReports } from '../reports.ts';
import type { Result } from '../result.ts';
import { runMcpform } from '../run-mcpform.ts';

/** Everything that is wrong with the manifest, its lock included. */
export async function validate(job: Job): Promise<Result> {
  const policies = await fetchPolicies(null, job);
  return await check(['validate', '--checks', ...policies.flatMap((policy) => ['--policy', policy])], job);
}

/** Whether the lock is what `mcpform lock` would write now. */
export async function lockCheck(job: Job): Promise<Result> {
  return await check(['lock', '--check'], job);
}

async function check(args: readonly string[], job: Job): Promise<Result> {
  const ran = await runMcpform([...args, ...filesOf(job), ...job.inputs.args], job.may);
  const answered = ran.documents[0]?.['findings'];
  const findings = ran.error?.findings ?? (Array.isArray(answered) ? (answered as unknown as Finding[]) : []);
  const failed = ran.exitCode === EXIT.denied ? 'policy-denied' : ran.exitCode === EXIT.ok ? null : 'invalid';
  return {
    exitCode: ran.exitCode,
    failure: failed ?? failsOnFindings(findings, job.inputs.failOn),
    findings,
    plan: null,
    outputs: await writeReports(null, findings, job),
  };
}
