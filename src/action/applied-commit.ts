import { isJsonObject } from '../model/json.ts';
import type { Job } from './job.ts';
import { filesOf } from './make-plan.ts';
import { pickOptions, READING } from './pick-options.ts';
import { answerOf, runMcpform } from './run-mcpform.ts';

/** The commit that this machine applied last; null where it has no books of this stack, or was not in a repository. */
export async function appliedCommit(job: Job): Promise<string | null> {
  const args = pickOptions(job.inputs.args, [...READING, '--state-dir']);
  const { generations } = answerOf(await runMcpform(['history', ...filesOf(job), ...args], job.may));
  const applied = (Array.isArray(generations) ? generations : []).filter(isJsonObject);
  const [last] = applied.sort((a, b) => Number(b['generation']) - Number(a['generation']));
  const revision = last?.['revision'];
  return typeof revision === 'string' && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(revision) ? revision : null;
}
