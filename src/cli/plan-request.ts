import type { PlanRequest } from '../engine/draft-plan.ts';
import type { Plan } from '../model/plan.ts';
import { type CommandInput, listOption, switchOption, textOption } from './command.ts';
import { durationMs } from './duration.ts';
import { policyRequest } from './policy-request.ts';

/** The planning options of a command, as the engine takes them. */
export function planRequest(input: CommandInput, mode: Plan['mode']): PlanRequest {
  const { options } = input;
  const policy = policyRequest(input);
  return {
    mode,
    targets: listOption(options, 'target'),
    takeOwnership: listOption(options, 'takeOwnership'),
    acceptsFiles: switchOption(options, 'filesChanged'),
    allowsDowngrade: switchOption(options, 'allowDowngrade'),
    checksSecrets: switchOption(options, 'checkSecrets'),
    ...(policy === undefined ? {} : { policy }),
  };
}

/** `--lock-timeout` in milliseconds. */
export function lockWaitMs({ options }: CommandInput): number {
  return durationMs(textOption(options, 'lockTimeout') ?? '0s', '--lock-timeout', '500ms, 30s or 2m');
}
