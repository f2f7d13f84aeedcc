import { McpformError } from '../../model/error.ts';
import type { ServerImage } from './images-of.ts';

/** Why nothing can be done with an image. */
export function notLocked({ server, reason }: Pick<ServerImage, 'server' | 'reason'>): McpformError {
  if (reason === 'local') {
    return new McpformError(
      'GRAPH_IMAGE_LOCAL',
      `server "${server}" is a local image, which no registry has`,
      {
        hint: 'push it to a registry and remove `pull: never`, and it is as the others',
      },
    );
  }
  return new McpformError(
    'LOCK_UNSATISFIED',
    reason === 'changed'
      ? `server "${server}" asks for another image than the lock has`
      : `server "${server}" is not in the lock`,
    { hint: 'run `mcpform lock`' },
  );
}
