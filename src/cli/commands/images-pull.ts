import { openEngines } from '../../engine/containers/engines.ts';
import { type PulledImage, pullImages, pullTargets } from '../../engine/images/pull-images.ts';
import type { Context } from '../../model/context.ts';
import { EXIT, type ExitCode } from '../../model/exit-code.ts';
import type { PullOutcome } from '../../model/pull.ts';
import { renderImagesPull } from '../../report/images-pull.ts';
import type { Answer, CommandInput } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { showImages } from './images-progress.ts';
import { imagesRequest } from './images-request.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { manifest, images } = await imagesRequest(input, ctx);
  const wanted = pullTargets(manifest, images);
  const progress = await showImages('pulling', wanted.length, { input, terminal }, ctx);
  let pulled: readonly PulledImage[];
  try {
    pulled = await pullImages(wanted, { open: openEngines(ctx), onEvent: progress.onEvent }, ctx);
  } finally {
    progress.stop();
  }
  const all = pulled.map(({ target, outcome }) => ({ ...target, ...outcome }));
  const exitCode = exitCodeOf(all, ctx);
  ctx.emit({ kind: 'run.finished', exitCode, outcomes: [] });
  return {
    exitCode,
    text: renderImagesPull({ images: all }, { color: terminal.color.out, width: terminal.width }),
  };
}

function exitCodeOf(images: readonly PullOutcome[], { signal }: Context): ExitCode {
  if (!images.some(({ result }) => result === 'failed')) return EXIT.ok;
  return signal.aborted ? EXIT.interrupted : EXIT.partial;
}
