import { startEngine } from '../support/engine.ts';
import { IN_PLACE } from './support/config-rows-in-place.ts';
import { REPLACING } from './support/config-rows-replacing.ts';
import { configTable } from './support/config-table.ts';

const start = () => startEngine({ version: '28', store: 'overlay2' });

configTable('changed in place by the manifest, on Docker 28-overlay2', { start, rows: IN_PLACE });
configTable('replaced by the manifest, on Docker 28-overlay2', { start, rows: REPLACING });
