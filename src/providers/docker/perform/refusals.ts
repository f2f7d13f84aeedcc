import { McpformError } from '../../../model/error.ts';
import type { Work } from '../../../model/provider.ts';
import type { Job } from './job.ts';

export function nameTaken({ engine }: Pick<Job, 'engine'>, kind: string, name: string): McpformError {
  return new McpformError('ENGINE_NAME_TAKEN', `"${engine.name}" has another ${kind} "${name}" by now`, {
    hint: 'it was left alone: rename it, or ours',
  });
}

export function inUse({ step }: Work, users: readonly string[]): McpformError {
  const names = users.map((name) => `"${name}"`).join(', ');
  return new McpformError('ENGINE_IN_USE', `"${step.address}" is used by ${names}`, {
    hint: 'nothing was done to it: remove what uses it, or keep it',
  });
}

export function cannotRename({ step }: Work, kind: string): McpformError {
  return new McpformError('ENGINE_REFUSED', `"${step.address}": an engine cannot rename a ${kind}`, {
    hint: 'keep its name, or take it out of `moved`: then there will be a new one, and the old one goes',
  });
}
