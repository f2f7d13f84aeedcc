import type { Context } from '../../../model/context.ts';
import type { Begin } from '../../../model/journal.ts';
import type { Engine } from '../engine.ts';
import { kindOf, nameOf } from '../place.ts';

const LOOKS = 5;
const PAUSE_MS = 200;

/**
 * An engine goes on with what it was asked by somebody who is gone. So what a step was to create and is not there may
 * still come: a moment later, unless the machine is very busy. What was to be replaced keeps the name until then.
 */
export async function waitForLate(begin: Begin, engine: Engine, { system }: Context): Promise<void> {
  if (begin.action !== 'create' && begin.action !== 'move') return;
  for (let look = 1; !(await isThere(begin, engine)) && look < LOOKS; look += 1) {
    await system.clock.sleep(PAUSE_MS);
  }
}

async function isThere({ place }: Begin, engine: Engine): Promise<boolean> {
  const name = nameOf(place);
  switch (kindOf(place)) {
    case 'container':
      return (await engine.inspectContainer(name)) !== null;
    case 'network':
      return (await engine.listNetworks()).some(({ Name }) => Name === name);
    case 'volume':
      return (await engine.listVolumes()).some(({ Name }) => Name === name);
    case 'image':
      return true;
  }
}
