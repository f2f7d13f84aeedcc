import { startEngine } from '../support/engine.ts';
import { CHANGED_IN_PLACE } from './support/drift-rows-in-place.ts';
import { RECREATED } from './support/drift-rows-recreated.ts';
import { loopDriftTable } from './support/loop-drift-table.ts';

const start = () => startEngine({ version: 'debian', store: 'overlay2' });

loopDriftTable('a running loop, of what was changed on Docker debian', {
  start,
  rows: [...CHANGED_IN_PLACE, ...RECREATED],
});
