import { dirname } from 'node:path';
import { findManifest } from '../../engine/find-manifest.ts';
import { loopWakes } from '../../loop/loop-wakes.ts';
import { runLoop } from '../../loop/run-loop.ts';
import { openSource } from '../../loop/source/open-source.ts';
import { acceptRewrite } from '../../loop/state/accept-rewrite.ts';
import { fileWakes } from '../../loop/wake/file-wakes.ts';
import { signalWakes } from '../../loop/wake/signals.ts';
import type { Context } from '../../model/context.ts';
import { EXIT, type ExitCode } from '../../model/exit-code.ts';
import type { LoopState, PassReport } from '../../model/loop.ts';
import { renderLoopStart } from '../../report/loop-start.ts';
import { commitOf } from '../accept-rewrite.ts';
import { atSource } from '../at-source.ts';
import { type Answer, type CommandInput, switchOption, textOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { loopObserver } from '../loop-observer.ts';
import { loopOptions } from '../loop-options.ts';
import { loopTelling } from '../loop-telling.ts';
import { loopWebhook } from '../loop-webhook.ts';
import { collectGarbage, shrinkAtRest } from '../shrink-at-rest.ts';
import type { Terminal } from '../terminal.ts';
import { reconcileNow } from './reconcile-now.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { options } = input;
  if (switchOption(options, 'now')) {
    const at = await atSource(input, ctx);
    return await reconcileNow(at.input, at.ctx, terminal);
  }
  const { files, cwd, variables, ambient = [], allowedLiterals = [] } = await loadRequest(input, ctx);
  const { settings, spec, isRemote, allowLocal, verify, commits } = loopOptions(input, await seedOf(ctx));
  const source = await openSource(
    spec ?? dirname((await findManifest(files, cwd, ctx.system.files))[0] as string),
    {
      cwd,
      verify,
      ...(files.length === 0 ? {} : { paths: files }),
      allowLocal,
      ...commits,
    },
    ctx,
  );
  const accepted = textOption(options, 'acceptRewrite');
  if (accepted !== undefined) await acceptRewrite(source.spec, commitOf(accepted), ctx);
  const isOnce = switchOption(options, 'once');
  if (!isOnce && terminal.canAsk && !switchOption(options, 'json')) {
    const { mode, intervalMs } = settings;
    terminal.err(renderLoopStart({ source: source.spec, mode, intervalMs }, { width: terminal.width }));
  }
  const { report, state } = await runLoop(
    {
      source,
      isRemote,
      reading: { cwd, variables, ambient, allowedLiterals },
      settings,
      isOnce,
      wakeSources: isOnce
        ? []
        : [
            fileWakes(ctx),
            ...(terminal.canAsk ? [] : [signalWakes(ctx)]),
            ...(await loopWebhook(input, ctx)),
          ],
      observers: isOnce
        ? [loopObserver(input, terminal)]
        : [
            ...(await loopTelling(input, settings, { ctx, terminal })),
            shrinkAtRest(ctx.system.clock, collectGarbage),
          ],
      wakesOf: (loop) => loopWakes(loop, ctx),
    },
    ctx,
  );
  return {
    exitCode: isOnce ? exitCodeOf(report, state) : EXIT.ok,
    ...(isOnce ? { json: { formatVersion: '1.0', report, state } } : {}),
  };
}

/** Which one of many machines this is: no two look at the same moment. */
async function seedOf(ctx: Context): Promise<string> {
  return (await ctx.system.processes.identity()).machineId;
}

function exitCodeOf(report: PassReport | null, { conditions }: LoopState): ExitCode {
  const stalled = conditions.find(({ type, status }) => type === 'Stalled' && status === 'True');
  if (stalled?.reason === 'PolicyDenied') return EXIT.denied;
  switch (report?.result) {
    case 'in-sync':
    case 'applied':
      return EXIT.ok;
    case 'pending':
    case 'partial':
      return EXIT.partial;
    default:
      return EXIT.error;
  }
}
