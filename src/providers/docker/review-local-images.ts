import type { Finding } from '../../model/finding.ts';
import { isImageId } from '../../model/image-reference.ts';
import type { DesiredObject } from '../../model/resource.ts';
import type { Answers } from './ask-engine.ts';
import { imageId } from './image-id.ts';
import { imageNotThere, type LocalImage, shortId } from './image-not-there.ts';

/** Images of these that no registry has. Their names are asked for too: they may mean something else by now. */
export function localImagesIn(
  desired: readonly DesiredObject[],
): readonly (LocalImage & Pick<DesiredObject, 'at' | 'address'>)[] {
  return desired.flatMap((object) =>
    object.kind === 'image' && isImageId(object.image) && object.pin !== undefined
      ? [{ name: object.pin.name, id: object.image, at: object.at, address: object.address }]
      : [],
  );
}

/** Those that are not there, and those that were built anew since they were locked. */
export function reviewLocalImages(
  desired: readonly DesiredObject[],
  { images }: Pick<Answers, 'images'>,
  engine: string,
): readonly Finding[] {
  return localImagesIn(desired).flatMap(({ at, address, ...image }): readonly Finding[] => {
    const named = images.get(image.name);
    if (!images.has(image.id)) return [{ ...notThere(image, engine), at, address }];
    if (named === undefined || imageId(named) === image.id) return [];
    return [{ ...builtAnew(image, engine), at, address }];
  });
}

function notThere(image: LocalImage, engine: string): Finding {
  const { code, message, hint } = imageNotThere(image, engine);
  return { code, severity: 'warning', message, ...(hint === undefined ? {} : { hint }) };
}

/** The name stands for other content by now. */
export function builtAnew({ name, id }: LocalImage, engine: string): Finding {
  return {
    code: 'RESOLVE_TAG_MOVED',
    severity: 'info',
    message: `"${name}" was built anew on "${engine}"; the lock stays at ${shortId(id)}`,
    hint: 'take the new one with `mcpform lock`',
  };
}
