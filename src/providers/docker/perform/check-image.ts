import { McpformError } from '../../../model/error.ts';
import type { Engine } from '../engine.ts';
import { claimsIn } from '../labels.ts';

/**
 * ENGINE_IMAGE_MISSING when the engine does not have it; ENGINE_CLAIM when it says that containers of it are ours.
 */
export async function checkImage(engine: Engine, reference: string): Promise<void> {
  const image = await engine.inspectImage(reference);
  if (image === null) {
    const message = `"${engine.name}" does not have the image "${reference}"`;
    throw new McpformError('ENGINE_IMAGE_MISSING', message, { hint: 'apply again: the plan pulls it' });
  }
  const [claim] = claimsIn(image.Config?.Labels);
  if (claim === undefined) return;
  throw new McpformError('ENGINE_CLAIM', `image "${reference}" carries the label "${claim}"`, {
    hint: 'such labels say what mcpform made; use an image without them',
  });
}
