import type { Context } from '../../model/context.ts';
import {
  addEvent,
  finishedLine,
  type ImagesEvent,
  type ImagesProgress,
  type ImagesWork,
  noProgress,
  progressLine,
} from '../../report/images-progress.ts';
import { type CommandInput, switchOption } from '../command.ts';
import type { Terminal } from '../terminal.ts';

export interface ShownProgress {
  readonly onEvent: (event: ImagesEvent) => void;
  /** Clears the live line, if there is one. */
  stop(): void;
}

/** One line, redrawn, on a terminal; elsewhere a line per image, and one now and then while bytes move. */
export async function showImages(
  work: ImagesWork,
  images: number,
  { input, terminal }: { readonly input: CommandInput; readonly terminal: Terminal },
  { system: { clock } }: Context,
): Promise<ShownProgress> {
  if (switchOption(input.options, 'json') || images === 0) return { onEvent: () => {}, stop: () => {} };
  const startMs = clock.monotonic();
  let progress = noProgress(images);
  const line = (): string => terminal.shown(progressLine(work, progress, clock.monotonic() - startMs));
  const add = (event: ImagesEvent): ImagesProgress => {
    progress = addEvent(progress, event);
    return progress;
  };
  return terminal.isLive
    ? await showLive(line, add)
    : showLines(work, { line, add, nowMs: clock.monotonic }, terminal);
}

async function showLive(
  line: () => string,
  add: (event: ImagesEvent) => ImagesProgress,
): Promise<ShownProgress> {
  const { default: ora } = await import('ora');
  const spinner = ora({ stream: process.stderr, discardStdin: false }).start(line());
  return {
    onEvent: (event) => {
      add(event);
      spinner.text = line();
    },
    stop: () => void spinner.stop(),
  };
}

const BETWEEN_MS = 10_000;

interface Lines {
  readonly line: () => string;
  readonly add: (event: ImagesEvent) => ImagesProgress;
  readonly nowMs: () => number;
}

function showLines(work: ImagesWork, { line, add, nowMs }: Lines, terminal: Terminal): ShownProgress {
  let lastMs = nowMs();
  return {
    onEvent: (event) => {
      add(event);
      const finished = finishedLine(work, event);
      const isDue = nowMs() - lastMs >= BETWEEN_MS;
      if (finished !== null) terminal.err(`${finished}\n`);
      if (isDue) terminal.err(`${line()}\n`);
      if (isDue) lastMs = nowMs();
    },
    stop: () => {},
  };
}
