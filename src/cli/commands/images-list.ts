import type { ServerImage } from '../../engine/images/images-of.ts';
import { listPlatforms, type PlatformsOfImage } from '../../engine/images/list-images.ts';
import { registriesOf } from '../../engine/images/registries.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { parseImageReference } from '../../model/image-reference.ts';
import { type ImagesList, type ListedImage, renderImagesList } from '../../report/images-list.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { imagesRequest } from './images-request.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { manifest, images } = await imagesRequest(input, ctx);
  const platforms = switchOption(input.options, 'platforms')
    ? await listPlatforms(images, registriesOf(undefined, ctx), ctx)
    : null;
  const report: ImagesList = {
    formatVersion: '1.0',
    stack: manifest.name,
    images: images.map((image, at) => describe(image, platforms?.[at] ?? null)),
  };
  return {
    exitCode: report.images.some(({ error }) => error !== undefined) ? EXIT.partial : EXIT.ok,
    text: renderImagesList(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}

function describe(
  { server, image, pin, reason, id }: ServerImage,
  found: PlatformsOfImage | null,
): ListedImage {
  const { name, tag, digest = null } = parseImageReference(pin?.image ?? image);
  const listed = {
    server,
    image: tag === undefined ? name : `${name}:${tag}`,
    digest: pin === null ? null : digest,
    ...(reason === undefined ? {} : { reason }),
    ...(id === undefined ? {} : { id }),
    signer: pin?.signer ?? null,
    ...(found === null ? {} : { platforms: found.platforms }),
  };
  if (found?.error === undefined) return listed;
  const { code, message, hint } = found.error;
  return { ...listed, error: { code, message, ...(hint === undefined ? {} : { hint }) } };
}
