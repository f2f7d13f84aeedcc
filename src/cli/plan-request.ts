import type { PlanRequest } from '../engine/draft-plan.ts';
import { McpformError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import { type CommandInput, listOption, switchOption, textOption } from './command.ts';

/** The planning options of a command, as the engine takes them. */
export function planRequest({ options }: CommandInput, mode: Plan['mode']): PlanRequest {
  return {
    mode,
    targets: listOption(options, 'target'),
    takeOwnership: listOption(options, 'takeOwnership'),
    acceptsFiles: switchOption(options, 'filesChanged'),
  };
}

/** `--lock-timeout` in milliseconds. */
export function lockWaitMs({ options }: CommandInput): number {
  const text = textOption(options, 'lockTimeout') ?? '0s';
  const [, number, unit] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  if (number === undefined) {
    throw new McpformError('USAGE', `--lock-timeout "${text}" is not a duration`, {
      hint: 'write 500ms, 30s or 2m',
    });
  }
  return Number(number) * (unit === 'ms' ? 1 : unit === 's' ? 1000 : 60_000);
}
