import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { stateRemovedWords } from '../../report/state-words.ts';
import { removeEntries } from '../../state/move-books.ts';
import { withBooks } from '../books.ts';
import type { Answer, CommandInput } from '../command.ts';

export async function run(input: CommandInput, ctx: Context): Promise<Answer> {
  return await withBooks('state rm', input, ctx, async (books) => {
    await removeEntries(books, input.args);
    await books.commit();
    return {
      exitCode: EXIT.ok,
      text: stateRemovedWords(input.args),
      json: { formatVersion: '1.0', removed: input.args },
    };
  });
}
