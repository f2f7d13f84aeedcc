import { atPlaceOf } from '../../engine/at-place-of.ts';
import { type Declared, declare } from '../../engine/declare.ts';
import { PLAIN } from '../../engine/preview.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EMPTY_LOCK, type Lock } from '../../model/lock.ts';
import { type Generation, readGeneration } from '../../state/generations.ts';
import { applyCommand } from '../apply-command.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { lockWaitMs } from '../plan-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const now = await declare(await loadRequest(input, ctx), ctx);
  const number = numberOf(input);
  const generation = await readGeneration(now.books, number, ctx);
  // Who owns what is a fact of now; what was pinned is a fact of then.
  const lock = { ...(await lockOf(generation)), ownership: now.lock.ownership };
  const { expandManifest } = await import('../../engine/expand-texts.ts');
  const manifest = atPlaceOf(now.manifest, generation.manifest);
  const past = await expandManifest({ manifest, lock, findings: [] }, now.loaded, ctx);
  const then: Declared = { ...past, loaded: now.loaded, books: now.books, writtenLock: now.lock };
  return await applyCommand(
    then,
    {
      ...PLAIN,
      mode: 'rollback',
      allowsDowngrade: true,
      checksSecrets: true,
      command: `rollback ${number}`,
      lockWaitMs: lockWaitMs(input),
      settles: input.options['settle'] !== false,
      allowDestroy: switchOption(input.options, 'allowDestroy'),
      hold: { generation: number, reason: `rollback ${number}` },
    },
    { input, terminal },
    ctx,
  );
}

function numberOf({ args }: CommandInput): number {
  const text = args[0] ?? '';
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new McpformError('USAGE', `"${text}" is not the number of a generation`, {
    hint: '`mcpform history` lists them',
  });
}

async function lockOf(generation: Generation): Promise<Lock> {
  if (generation.lock === null) return EMPTY_LOCK;
  const { parseLock } = await import('../../lock/parse-lock.ts');
  const { lock, findings } = parseLock(Buffer.from(generation.lock), `generation ${generation.number}`);
  if (lock !== null) return lock;
  throw new McpformError('LOCK_INVALID', `the lock of generation ${generation.number} is not valid`, {
    findings,
  });
}
