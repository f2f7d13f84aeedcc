import { startEngine } from '../support/engine.ts';
import { CHANGED_IN_PLACE } from './support/drift-rows-in-place.ts';
import { RECREATED } from './support/drift-rows-recreated.ts';
import { driftTable } from './support/drift-table.ts';

const start = () => startEngine({ version: 'debian', store: 'overlay2' });

driftTable('changed by hand in place, on Docker debian', { start, rows: CHANGED_IN_PLACE });
driftTable('made anew by hand, on Docker debian', { start, rows: RECREATED });
