import type { PlanRequest } from '../engine/draft-plan.ts';
import type { Plan } from '../model/plan.ts';
import { type CommandInput, listOption, switchOption, textOption } from './command.ts';
import { durationMs } from './duration.ts';

/** The planning options of a command, as the engine takes them. */
export function planRequest({ options }: CommandInput, mode: Plan['mode']): PlanRequest {
  return {
    mode,
    targets: listOption(options, 'target'),
    takeOwnership: listOption(options, 'takeOwnership'),
    acceptsFiles: switchOption(options, 'filesChanged'),
    allowsDowngrade: switchOption(options, 'allowDowngrade'),
    checksSecrets: switchOption(options, 'checkSecrets'),
  };
}

/** `--lock-timeout` in milliseconds. */
export function lockWaitMs({ options }: CommandInput): number {
  return durationMs(textOption(options, 'lockTimeout') ?? '0s', '--lock-timeout', '500ms, 30s or 2m');
}
