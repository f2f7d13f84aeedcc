import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { resumeWords } from '../../report/state-words.ts';
import { withBooks } from '../books.ts';
import type { Answer, CommandInput } from '../command.ts';

export async function run(input: CommandInput, ctx: Context): Promise<Answer> {
  return await withBooks('resume', input, ctx, async (books) => {
    const { hold } = books.inventory;
    if (hold !== undefined) await books.commit({ hold: null });
    return {
      exitCode: EXIT.ok,
      text: resumeWords(hold?.generation ?? null),
      json: { formatVersion: '1.0', ended: hold ?? null },
    };
  });
}
