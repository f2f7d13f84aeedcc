import { type CopiedImage, copyImages, isUnchanged } from '../../engine/images/copy-images.ts';
import { parseDestination } from '../../engine/images/destination.ts';
import { lockedImages, type ServerImage } from '../../engine/images/images-of.ts';
import { notLocked } from '../../engine/images/not-locked.ts';
import { registriesOf } from '../../engine/images/registries.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT, type ExitCode } from '../../model/exit-code.ts';
import { type ImagesCopy, renderImagesCopy } from '../../report/images-copy.ts';
import { nothingCopied } from '../../resolve/oci/copy-image.ts';
import { type Answer, type CommandInput, switchOption, textOption } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { showImages } from './images-progress.ts';
import { imagesRequest, parallelOf, TRANSFERS } from './images-request.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { options } = input;
  const to = parseDestination(destinationText(input));
  const parallel = parallelOf(input);
  const isDryRun = switchOption(options, 'dryRun');
  const { manifest, images } = await imagesRequest(input, ctx);
  const locked = lockedImages(images);
  const progress = await showImages(
    isDryRun ? 'checking' : 'copying',
    locked.length,
    { input, terminal },
    ctx,
  );
  let copied: readonly CopiedImage[];
  try {
    copied = await copyImages(
      locked,
      {
        to,
        keepsTags: options['tags'] !== false,
        overwrites: switchOption(options, 'overwrite'),
        withSignatures: options['signatures'] !== false,
        isDryRun,
        parallel: parallel ?? TRANSFERS,
      },
      { ...registriesOf(parallel, ctx), onEvent: progress.onEvent },
      ctx,
    );
  } finally {
    progress.stop();
  }
  const report: ImagesCopy = {
    formatVersion: '1.0',
    stack: manifest.name,
    to: to.prefix === '' ? to.registry : `${to.registry}/${to.prefix}`,
    isDryRun,
    images: [...copied.map(describe), ...images.filter(({ pin }) => pin === null).map(describeUnlocked)],
  };
  return {
    exitCode: exitCodeOf(report, ctx),
    text: renderImagesCopy(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}

function destinationText({ options }: CommandInput): string {
  const text = textOption(options, 'to');
  if (text !== undefined) return text;
  throw new McpformError('USAGE', '--to is missing: where shall the images go?', {
    hint: 'such as `--to registry.example.com/team`',
  });
}

function exitCodeOf({ images }: ImagesCopy, { signal }: Context): ExitCode {
  if (!images.some(({ result }) => result === 'failed')) return EXIT.ok;
  return signal.aborted ? EXIT.interrupted : EXIT.partial;
}

type Described = ImagesCopy['images'][number];

function describe({ image, target, done, error }: CopiedImage): Described {
  const result = error !== undefined ? 'failed' : isUnchanged(done) ? 'current' : 'copied';
  return {
    servers: image.servers,
    source: image.pin.image,
    target,
    result,
    ...done,
    ...(error === undefined ? {} : { error: shown(error) }),
  };
}

function describeUnlocked(image: ServerImage): Described {
  return {
    servers: [image.server],
    source: image.image,
    target: null,
    result: 'failed',
    ...nothingCopied(),
    error: shown(notLocked(image)),
  };
}

function shown({ code, message, hint }: McpformError): NonNullable<Described['error']> {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
