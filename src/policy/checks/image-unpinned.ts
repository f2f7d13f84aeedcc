import { type Check, perServer } from './check.ts';

export const imageUnpinned: Check = {
  id: 'image-unpinned',
  code: 'CHECK_IMAGE_UNPINNED',
  level: 'warn',
  why: 'An image that neither the manifest nor the lock pins by digest can be another one tomorrow.',
  hint: 'run `mcpform lock`, or write the digest yourself',
  says: 'GRAPH_UNLOCKED',
  find: perServer(({ server: { runtime }, pin }) =>
    runtime.kind === 'image' && pin === null && !runtime.image.includes('@sha256:')
      ? { field: 'image', words: `"${runtime.image}" has no digest, and is not in the lock` }
      : null,
  ),
};
