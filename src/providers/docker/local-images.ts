import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { LocalImagePin } from '../../model/lock.ts';
import type { Resolver } from '../../model/resolver.ts';
import { connectEngine } from './connect.ts';
import { imageId } from './image-id.ts';
import { imageNotThere } from './image-not-there.ts';
import { builtAnew } from './review-local-images.ts';

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
      const image = { name: pin.image, id: pin.id };
      return [kept.id === null ? asFinding(imageNotThere(image, engine)) : builtAnew(image, engine)];
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

function asFinding({ code, message, hint }: McpformError): Finding {
  return { code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) };
}
