import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { applyStack } from './apply-stack.ts';
import { declare } from './declare.ts';
import type { LoadRequest } from './load.ts';
import { PLAIN } from './preview.ts';

/**
 * After an import wrote the manifest: takes the imported entries into the books, so that the next plan is empty.
 * Only adopts; were anything else planned for them, nothing is done and the answer is false.
 */
export async function adoptImports(
  request: LoadRequest,
  addresses: readonly Address[],
  { lockWaitMs, command }: { readonly lockWaitMs: number; readonly command: string },
  ctx: Context,
): Promise<boolean> {
  const declared = await declare(request, ctx);
  const known = new Set(declared.resources.map(({ desired }) => desired.address));
  let isPlain = true;
  await applyStack(
    declared,
    {
      ...PLAIN,
      targets: addresses.filter((address) => known.has(address)),
      command,
      lockWaitMs,
      settles: false,
      allowDestroy: false,
    },
    async (plan) => {
      isPlain = plan.steps.every(({ action }) => action === 'adopt' || action === 'record');
      return isPlain;
    },
    ctx,
  ).catch((error: unknown) => {
    if (isPlain) throw error;
  });
  return isPlain;
}
