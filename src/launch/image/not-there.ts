import { McpformError } from '../../model/error.ts';

/** An image that was built on its engine, and is not there any more: no registry knows its id. */
export function notThere(server: string, id: string): McpformError {
  const message = `server "${server}": its engine does not have the image that the lock names, "${id}"`;
  return new McpformError('ENGINE_IMAGE_LOCAL', message, {
    hint: 'build it, then run `mcpform lock` and `mcpform apply`: an image that is built anew has a new id',
  });
}
