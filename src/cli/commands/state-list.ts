import { declare } from '../../engine/declare.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { stateListWords } from '../../report/state-words.ts';
import { readState } from '../../state/read-state.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';

export async function run(input: CommandInput, ctx: Context): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const { inventory, pending } = await readState(declared.books, null, ctx);
  const entries = Object.values(inventory?.entries ?? {}).sort((a, b) => (a.address < b.address ? -1 : 1));
  return {
    exitCode: EXIT.ok,
    text: stateListWords(entries, pending.length),
    json: {
      formatVersion: '1.0',
      folder: declared.books,
      lineage: inventory?.lineage ?? null,
      serial: inventory?.serial ?? 0,
      pending: pending.map(({ address, action }) => ({ address, action })),
      entries: entries.map(({ address, place, adopted, protect, secrets, appliedRevision }) => ({
        address,
        file: place.file,
        path: place.path,
        adopted,
        protect,
        secrets,
        appliedRevision,
      })),
    },
  };
}
