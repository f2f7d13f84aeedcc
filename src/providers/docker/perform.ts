import type { Context } from '../../model/context.ts';
import type { Performed, Work } from '../../model/provider.ts';
import { connectEngine } from './connect.ts';
import { type Connect, findEngine } from './perform/find-engine.ts';
import type { Job } from './perform/job.ts';
import { performContainer } from './perform/perform-container.ts';
import { performImage } from './perform/perform-image.ts';
import { performNetwork } from './perform/perform-network.ts';
import { performVolume } from './perform/perform-volume.ts';
import { failed, failureOf } from './perform/results.ts';
import { kindOf } from './place.ts';

/** Performs steps one after the other. One result per step, in order; only a bug throws. */
export async function perform(
  works: readonly Work[],
  ctx: Context,
  connect: Connect = connectEngine,
): Promise<readonly Performed[]> {
  const results: Performed[] = [];
  for (const work of works) results.push(await performOrFail(work, connect, ctx));
  return results;
}

async function performOrFail(work: Work, connect: Connect, ctx: Context): Promise<Performed> {
  try {
    const { engine, identity } = await findEngine(work.step.place, connect, ctx);
    return await performOne({ work, engine, identity, operation: operationOf(work), ctx });
  } catch (error) {
    return failed(work, isInterruption(error, ctx) ? INTERRUPTED : failureOf(error));
  }
}

function performOne(job: Job): Promise<Performed> {
  switch (kindOf(job.work.step.place)) {
    case 'container':
      return performContainer(job);
    case 'network':
      return performNetwork(job);
    case 'volume':
      return performVolume(job);
    case 'image':
      return performImage(job);
  }
}

function operationOf({ operation, step }: Work): string {
  if (operation === undefined) throw new Error(`"${step.address}" was not begun`);
  return operation;
}

function isInterruption(error: unknown, { signal }: Context): boolean {
  return signal.aborted && error === signal.reason;
}

const INTERRUPTED = { code: 'INTERRUPTED', message: 'stopped before it was done' } as const;
