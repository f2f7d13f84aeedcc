import { McpformError } from '../../../model/error.ts';
import { isImageId } from '../../../model/image-reference.ts';
import { imageNotThere } from '../image-not-there.ts';
import { claimsIn } from '../labels.ts';
import { type Job, pinnedName } from './job.ts';

/**
 * ENGINE_IMAGE_MISSING, or ENGINE_IMAGE_LOCAL where no registry has it, when the engine does not have it; ENGINE_CLAIM when it says that containers of it are ours.
 */
export async function checkImage(
  { engine, work }: Pick<Job, 'engine' | 'work'>,
  reference: string,
): Promise<void> {
  const image = await engine.inspectImage(reference);
  if (image === null) {
    if (isImageId(reference)) throw imageNotThere({ name: pinnedName(work), id: reference }, engine.name);
    const message = `"${engine.name}" does not have the image "${reference}"`;
    throw new McpformError('ENGINE_IMAGE_MISSING', message, { hint: 'apply again: the plan pulls it' });
  }
  const [claim] = claimsIn(image.Config?.Labels);
  if (claim === undefined) return;
  throw new McpformError('ENGINE_CLAIM', `image "${reference}" carries the label "${claim}"`, {
    hint: 'such labels say what mcpform made; use an image without them',
  });
}
