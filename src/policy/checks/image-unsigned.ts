import { type Check, perServer } from './check.ts';

export const imageUnsigned: Check = {
  id: 'image-unsigned',
  code: 'CHECK_IMAGE_UNSIGNED',
  level: 'note',
  why: 'The lock names nobody who signed the image. It only says what was found when it was locked: who must have signed stands under `signatures`.',
  hint: 'have `signatures` in a policy demand a signature, and run `mcpform lock --update`',
  find: perServer(({ server: { runtime }, pin }) => {
    // Of one that is not locked, nobody could know yet.
    if (runtime.kind !== 'image' || pin === null || pin.signer !== undefined) return null;
    const words =
      pin.kind === 'local-image'
        ? `"${runtime.image}" is on its engine alone, so nobody can have signed it`
        : `the lock names no signer of "${runtime.image}"`;
    return { field: 'image', words };
  }),
};
