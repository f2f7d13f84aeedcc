import { McpformError } from '../../../model/error.ts';
import type { Work } from '../../../model/provider.ts';
import type { ContainerInfo } from '../api.ts';
import { isOfLineage } from '../labels.ts';
import type { Job } from './job.ts';

export function nameTaken({ engine }: Pick<Job, 'engine'>, kind: string, name: string): McpformError {
  return new McpformError('ENGINE_NAME_TAKEN', `"${engine.name}" has another ${kind} "${name}" by now`, {
    hint: 'it was left alone: rename it, or ours',
  });
}

export function inUse({ step, lineage }: Work, users: readonly ContainerInfo[]): McpformError {
  const names = users.map(({ Name }) => `"${Name.replace(/^\//, '')}"`).sort();
  const isOurs = users.every(({ Config }) => isOfLineage(Config.Labels, lineage));
  return new McpformError('ENGINE_IN_USE', `"${step.address}" is used by ${names.join(', ')}`, {
    hint: isOurs
      ? 'nothing was done to it: apply without the servers that use it (`enabled: false`) first, then with them'
      : 'nothing was done to it: remove what uses it, or keep it',
  });
}

export function cannotRename({ step }: Work, kind: string): McpformError {
  return new McpformError('ENGINE_REFUSED', `"${step.address}": an engine cannot rename a ${kind}`, {
    hint: 'keep its name, or take it out of `moved`: then there will be a new one, and the old one goes',
  });
}
