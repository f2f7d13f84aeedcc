import { McpformError } from '../../model/error.ts';

/** An image that no registry has, and that is not on its engine as the lock names it. */
export function imageNotThere({ name, id }: LocalImage, engine: string): McpformError {
  return new McpformError(
    'ENGINE_IMAGE_LOCAL',
    `"${engine}" does not have "${name}" as locked, ${shortId(id)}`,
    {
      hint: 'build it, and run `mcpform lock`: each engine has an id of its own for what is built on it',
    },
  );
}

export interface LocalImage {
  readonly name: string;
  readonly id: string;
}

/** So much of it tells two apart. */
export function shortId(id: string): string {
  return `${id.slice(0, 'sha256:'.length + 12)}…`;
}
