import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { LocalImagePin } from '../../model/lock.ts';
import type { Resolver } from '../../model/resolver.ts';
import { connectEngine } from './connect.ts';
import { imageId } from './image-id.ts';

/**
 * Images with `pull: never`, pinned to the id that the engine of a Docker context knows them by; with null, the engine
 * of the docker command. What is there now is what is locked: an image that was built anew is an update.
 */
export function localImages(context: string | null): Omit<Resolver<LocalImagePin>, 'releases'> {
  return {
    resolve: async ({ runtime }, ctx) => {
      if (runtime.kind !== 'image') throw new Error(`a ${runtime.kind} is no image`);
      const { image } = runtime;
      const { id, engine } = await idOf(image, context, ctx);
      if (id === null) throw notBuilt(image, engine);
      return { pin: { kind: 'local-image', image, id }, tree: null, findings: [] };
    },
    check: async ({ pin }, ctx) => {
      const { id, engine } = await idOf(pin.image, context, ctx);
      if (id === pin.id) return [];
      const kept = await idOf(pin.id, context, ctx);
      return [kept.id === null ? asFinding(notThere(pin, engine)) : builtAnew(pin, engine)];
    },
  };
}

/** What the engine calls the image; null when it has none. */
async function idOf(
  image: string,
  context: string | null,
  ctx: Context,
): Promise<{ readonly id: string | null; readonly engine: string }> {
  const engine = await connectEngine(context, ctx);
  const info = await engine.inspectImage(image);
  return { id: info === null ? null : imageId(info), engine: engine.name };
}

function notBuilt(image: string, engine: string): McpformError {
  return new McpformError(
    'ENGINE_IMAGE_LOCAL',
    `${engine} has no image "${image}", and no registry is asked`,
    {
      hint: `build it first, or load it: \`docker build --tag=${image} FOLDER\`; or remove \`pull: never\``,
    },
  );
}

/** What the lock names is not there; the hint says how it comes back. */
export function notThere({ image, id }: Pick<LocalImagePin, 'image' | 'id'>, engine: string): McpformError {
  return new McpformError(
    'ENGINE_IMAGE_LOCAL',
    `${engine} does not have "${image}" as locked, ${shortId(id)}`,
    {
      hint: 'build it, and run `mcpform lock`: each engine has an id of its own for what is built on it',
    },
  );
}

function builtAnew({ image, id }: LocalImagePin, engine: string): Finding {
  return {
    code: 'RESOLVE_TAG_MOVED',
    severity: 'info',
    message: `"${image}" was built anew on ${engine}; the lock stays at ${shortId(id)}`,
    hint: 'take the new one with `mcpform lock`',
  };
}

function asFinding({ code, message, hint }: McpformError): Finding {
  return { code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) };
}

function shortId(id: string): string {
  return `${id.slice(0, 'sha256:'.length + 12)}…`;
}
