import { readLoopFile } from '../../loop/state/loop-file.ts';
import { loopFolder } from '../../loop/state/loop-folder.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Finding } from '../../model/finding.ts';
import { resumeWords } from '../../report/state-words.ts';
import { acceptRewriteOf } from '../accept-rewrite.ts';
import { withBooks } from '../books.ts';
import { type Answer, type CommandInput, textOption } from '../command.ts';
import { nudgeLoop } from '../nudge-loop.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  if (textOption(input.options, 'acceptRewrite') !== undefined) return await acceptRewriteOf(input, ctx);
  const address = input.args[0] ?? '*';
  let folder: string | null = null;
  const answer = await withBooks('resume', input, ctx, async (books, declared): Promise<Answer> => {
    folder = declared.books;
    const hold = address === '*' ? books.inventory.hold : undefined;
    if (hold !== undefined) await books.commit({ hold: null });
    const { given, suspended, findings } = await resumeLoop(folder, address, ctx);
    showFindings(findings, input, terminal);
    return {
      exitCode: EXIT.ok,
      text: resumeWords(hold?.generation ?? null, given, suspended),
      json: { formatVersion: '1.0', ended: hold ?? null, resumed: given, suspended },
    };
  });
  // Not before its books are free.
  if (folder !== null) await nudgeLoop(folder, ctx);
  return answer;
}

interface Resumed {
  readonly given: readonly string[];
  /** What is left alone all the same: each of these was suspended by itself. */
  readonly suspended: readonly string[];
  readonly findings: readonly Finding[];
}

/** What the loop goes on with: addresses that were suspended, contended or given up, and `*` for all of it. */
async function resumeLoop(books: string, address: string, ctx: Context): Promise<Resumed> {
  const { changeLoopState } = await import('../../loop/state/change-loop-state.ts');
  if ((await readLoopFile(loopFolder(books), ctx)).kind === 'absent')
    return { given: [], suspended: [], findings: [] };
  const [{ resume }, { acknowledge }] = await Promise.all([
    import('../../loop/state/suspend.ts'),
    import('../../loop/state/acknowledge.ts'),
  ]);
  const given = new Set<string>();
  const { state, findings } = await changeLoopState(
    books,
    { source: undefined, command: 'resume' },
    (before) => {
      const { suspended, contended, restarts, damaged } = before;
      const isMeant = (each: string): boolean => address === '*' || each === address;
      for (const each of [...Object.keys(contended), ...Object.keys(restarts)])
        if (isMeant(each)) given.add(each);
      if (suspended[address] !== undefined || (address === '*' && damaged !== undefined)) given.add(address);
      return resume(acknowledge(before, address), address);
    },
    ctx,
  );
  return { given: [...given].sort(), suspended: Object.keys(state.suspended).sort(), findings };
}
