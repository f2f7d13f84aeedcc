import { parseImageReference } from '../../model/image-reference.ts';
import { type Check, perServer } from './check.ts';

export const imageLatest: Check = {
  id: 'image-latest',
  code: 'CHECK_IMAGE_LATEST',
  level: 'warn',
  why: 'Of `latest`, or an image without a tag, nobody can tell which version it is.',
  hint: 'write the tag of a version: `image: NAME:1.2.3`',
  says: 'GRAPH_IMAGE_LATEST',
  find: perServer(({ server: { runtime } }) => {
    if (runtime.kind !== 'image' || runtime.isLocal === true) return null;
    const { tag, digest } = parseImageReference(runtime.image);
    const isLatest = tag === 'latest' || (tag === undefined && digest === undefined);
    return isLatest ? { field: 'image', words: `"${runtime.image}" is whatever was pushed last` } : null;
  }),
};
