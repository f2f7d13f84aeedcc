import { declare } from '../../engine/declare.ts';
import { observeWorld } from '../../engine/observe.ts';
import { toRecord } from '../../engine/to-work.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { rebuildQuestion, rebuiltWords } from '../../report/state-words.ts';
import { rebuildEntries, rebuildState } from '../../state/rebuild.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { lockWaitMs } from '../plan-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  await confirm(declared.books, input, terminal, ctx);
  const world = await observeWorld(
    { resources: declared.resources, places: [], root: declared.loaded.git?.root ?? null },
    ctx,
  );
  const [unreadable] = world.unavailable.values();
  if (unreadable !== undefined) {
    throw new McpformError(unreadable.code, 'nothing can be rebuilt from a file that cannot be read', {
      findings: [...world.unavailable.values()],
    });
  }
  const revision = declared.loaded.git?.revision ?? null;
  const { entries, left } = rebuildEntries(
    world.rendered.map((resource) => ({
      record: toRecord(resource, { revision, adopted: true, digest: ctx.digest }),
      attributes: resource.attributes,
      observed: world.objects.get(resource.place.key),
      keep: resource.desired.lifecycle.keep,
    })),
    ctx.digest,
  );
  const { setAside } = await rebuildState(
    declared.books,
    {
      command: 'state rebuild',
      waitMs: lockWaitMs(input),
      stack: declared.manifest.name,
      source: declared.loaded.source,
      configs: world.configs,
      entries,
    },
    ctx,
  );
  const recorded = entries.map(({ address }) => address);
  return {
    exitCode: EXIT.ok,
    text: rebuiltWords(recorded, left, setAside),
    json: { formatVersion: '1.0', recorded, left, setAside },
  };
}

async function confirm(folder: string, input: CommandInput, terminal: Terminal, ctx: Context): Promise<void> {
  if (switchOption(input.options, 'autoApprove')) return;
  if (!terminal.canAsk) {
    throw new McpformError('NOT_APPROVED', 'nobody can be asked whether to set the books aside', {
      hint: 'pass --auto-approve',
    });
  }
  if ((await terminal.ask(rebuildQuestion(folder), ctx.signal)) === 'yes') return;
  ctx.signal.throwIfAborted();
  throw new McpformError('NOT_APPROVED', 'not approved, so the books are as they were');
}
