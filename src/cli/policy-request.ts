import { resolve } from 'node:path';
import type { PolicyRequest } from '../engine/judge-policy.ts';
import { type CommandInput, listOption, switchOption } from './command.ts';

/** `--policy` and `--checks`; undefined when neither was given. */
export function policyRequest({
  options,
  cwd,
}: Pick<CommandInput, 'options' | 'cwd'>): PolicyRequest | undefined {
  const files = listOption(options, 'policy').map((file) => resolve(cwd, file));
  const runsChecks = switchOption(options, 'checks');
  return files.length === 0 && !runsChecks ? undefined : { files, runsChecks };
}
