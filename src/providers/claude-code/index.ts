import type { Pointer } from '../../model/json.ts';
import { isWithin } from '../../model/leaves.ts';
import { type Container, type Provider, targetKey } from '../../model/provider.ts';
import { normalizeEntry } from './entry.ts';
import { nominal } from './nominal.ts';
import { observe } from './observe.ts';
import { placeIn } from './place.ts';
import { assertEntry, renderEntry } from './render.ts';
import { review } from './review.ts';

/** People paste keys here. */
const sensitive: readonly Pointer[] = ['/env', '/headers', '/args', '/url', '/headersHelper'];

/** The files of Claude Code. Reads and edits them directly: its own command line starts every server to list them. */
export const claudeCode: Provider = {
  name: 'claude-code',
  observe,
  nominal,
  render: renderEntry,
  normalize: normalizeEntry,
  forcesReplacement: () => false,
  isSensitive: (pointer) => sensitive.some((owner) => isWithin(pointer, owner)),
  identify: (desired, observation) => {
    assertEntry(desired);
    const container = observation.containers.get(targetKey(desired.target));
    if (container === undefined) throw new Error(`target of "${desired.address}" was not observed`);
    return placeIn(container as Container, desired.server);
  },
  reach: async (entry, observation, ctx) => (await import('./reach.ts')).reach(entry, observation, ctx),
  review,
  groupOf: (step) => step.place.file,
  // What writes is loaded when there is something to write.
  perform: async (work, ctx) => (await import('./perform.ts')).perform(work, ctx),
  settle: async (work, ctx) => (await import('./settle.ts')).settle(work, ctx),
  recover: async (pending, ctx) => {
    await (await import('./recover.ts')).recover(
      pending.map(({ place }) => place),
      ctx,
    );
    return new Map();
  },
  diagnose: async (ctx) => (await import('./diagnose.ts')).diagnose(ctx),
};
