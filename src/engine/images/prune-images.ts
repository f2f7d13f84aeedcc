import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { LeftImage, PruneOutcome, PruneReport } from '../../model/prune.ts';
import type { OpenEngine } from '../containers/engines.ts';
import { judgeImages } from './judge-images.ts';
import { namedDigests } from './named-digests.ts';
import { forgetPulled, listPulled, type PulledRecord } from './pulled-images.ts';

export interface PruneWorld {
  readonly open: OpenEngine;
  /** The manifest here is asked, too. */
  readonly cwd: string;
}

export interface Prunable {
  readonly report: PruneReport;
  /** Of what is in the report, in its order. */
  readonly records: readonly PulledRecord[];
  /** Of what is no longer there. */
  readonly gone: readonly PulledRecord[];
}

/** Which of the images that mcpform had fetched nobody names any more, and which of those go. Changes nothing. */
export async function findPrunable({ open, cwd }: PruneWorld, ctx: Context): Promise<Prunable> {
  const pulled = await listPulled(ctx);
  const named = pulled.length === 0 ? new Set<string>() : await namedDigests(cwd, ctx);
  const left = pulled.filter(({ image }) => !named.has(digestOf(image)));
  const findings: Finding[] = [];
  const judged = await Promise.all(
    [...new Set(left.map(({ engine }) => engine))].map(async (name) => {
      const own = left.filter(({ engine }) => engine === name);
      try {
        return await judgeImages(await open(name), own, ctx);
      } catch (error) {
        if (!(error instanceof McpformError)) throw error;
        findings.push(asWarning(error));
        return { left: [], gone: [], unknown: own.length };
      }
    }),
  );
  const found = judged
    .flatMap((each) => each.left)
    .sort((a, b) => (keyOf(a.image) < keyOf(b.image) ? -1 : 1));
  return {
    report: {
      formatVersion: '1.0',
      images: found.map(({ image }) => image),
      needed: pulled.length - left.length,
      unknown: judged.reduce((sum, { unknown }) => sum + unknown, 0),
      findings,
    },
    records: found.map(({ record }) => record),
    gone: judged.flatMap(({ gone }) => gone),
  };
}

function digestOf(image: string): string {
  return image.slice(image.indexOf('@') + 1);
}

const keyOf = ({ engine, image }: Pick<LeftImage, 'engine' | 'image'>): string => `${engine}\n${image}`;

/** Removal is disk work of the engine, one image after the other. */
const AT_ONCE = 2;

/**
 * Removes what was shown to go, each only if another look at everything finds that it still may. One that cannot be
 * removed leaves the others alone; after an interrupt no other one is begun, and those have no outcome.
 */
export async function removePruned(
  { report }: Pick<Prunable, 'report'>,
  world: PruneWorld,
  ctx: Context,
): Promise<ReadonlyMap<LeftImage, PruneOutcome>> {
  const again = await findPrunable(world, ctx);
  for (const record of again.gone) await forgetPulled(record, ctx);
  const outcomes = new Map<LeftImage, PruneOutcome>();
  const shown = report.images.filter(({ kept }) => kept === null);
  await inParallel(shown, AT_ONCE, async (image) => {
    if (ctx.signal.aborted) return;
    const outcome = await removeOne(image, again, world, ctx);
    ctx.emit({ kind: 'prune.finished', image, outcome });
    outcomes.set(image, outcome);
  });
  return outcomes;
}

async function removeOne(
  shown: LeftImage,
  { report, records, gone }: Prunable,
  { open }: PruneWorld,
  ctx: Context,
): Promise<PruneOutcome> {
  const at = report.images.findIndex((each) => keyOf(each) === keyOf(shown));
  const record = records[at];
  if (record === undefined || report.images[at]?.kept !== null) {
    return { result: gone.some((each) => keyOf(each) === keyOf(shown)) ? 'gone' : 'kept' };
  }
  try {
    await (await open(shown.engine)).removeImage(record.image);
    await forgetPulled(record, ctx);
    return { result: 'removed' };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint } = error;
    return { result: 'failed', error: { code, message, ...(hint === undefined ? {} : { hint }) } };
  }
}

function asWarning({ code, message, hint }: McpformError): Finding {
  return { code, severity: 'warning', message, ...(hint === undefined ? {} : { hint }) };
}
