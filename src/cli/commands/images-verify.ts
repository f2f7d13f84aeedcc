import { lockedImages } from '../../engine/images/images-of.ts';
import { registriesOf } from '../../engine/images/registries.ts';
import { type VerifiedImage, verifyImages } from '../../engine/images/verify-images.ts';
import { locate } from '../../engine/locate-findings.ts';
import type { Context } from '../../model/context.ts';
import { EXIT, type ExitCode } from '../../model/exit-code.ts';
import { exitCodeOf } from '../../model/exit-code-of.ts';
import { type Finding, hasErrors } from '../../model/finding.ts';
import { type ImagesVerification, renderImagesVerification } from '../../report/images-verify.ts';
import { limitTo } from '../../resolve/oci/limit.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';
import { showImages } from './images-progress.ts';
import { imagesRequest, parallelOf, TRANSFERS, unlockedFindings } from './images-request.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const request = await imagesRequest(input, ctx);
  const { manifest, loaded } = request;
  const isFull = switchOption(input.options, 'full');
  const parallel = parallelOf(input);
  const images = lockedImages(request.images);
  const progress = await showImages('verifying', images.length, { input, terminal }, ctx);
  const look = {
    isFull,
    parallel: parallel ?? TRANSFERS,
    transfers: limitTo(parallel ?? TRANSFERS),
    onEvent: progress.onEvent,
  };
  let verified: readonly VerifiedImage[];
  try {
    const world = { ...registriesOf(parallel, ctx), look, lockPath: loaded.lockPath };
    verified = await verifyImages(images, world, ctx);
  } finally {
    progress.stop();
  }
  const located = await Promise.all(
    verified.map(async (each) => ({
      ...each,
      findings: await locate(each.findings, [
        { path: loaded.lockPath, bytes: loaded.lockBytes ?? new Uint8Array() },
      ]),
    })),
  );
  const open = await unlockedFindings(request);
  const all = [...open, ...located.flatMap(({ findings }) => findings)];
  const report: ImagesVerification = {
    formatVersion: '1.0',
    stack: manifest.name,
    isFull,
    isAsLocked: !hasErrors(all),
    images: located.map(describe),
    findings: open,
  };
  showFindings(all, input, terminal);
  return {
    exitCode: ctx.signal.aborted ? EXIT.interrupted : worstOf(all),
    text: renderImagesVerification(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}

/** What a policy denies is worse than what is missing. */
function worstOf(findings: readonly Finding[]): ExitCode {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.some(({ code }) => exitCodeOf(code) === EXIT.denied)) return EXIT.denied;
  return errors.length > 0 ? EXIT.error : EXIT.ok;
}

function describe(verified: VerifiedImage): ImagesVerification['images'][number] {
  const { image, seen, signer, result, findings } = verified;
  return { servers: image.servers, image: image.pin.image, result, ...seen, signer, findings };
}
