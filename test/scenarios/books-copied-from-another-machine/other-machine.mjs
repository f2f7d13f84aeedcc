// Makes the inventory another machine's, its checksum as mcpform computes it: what a copied home folder looks like.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const path = `${process.env.HOME}/.local/state/mcpform/tools/inventory.json`;
const [open, , ...rest] = readFileSync(path, 'utf8').split('\n');
const body = rest
  .join('\n')
  .replace(/^"machineId": ".*",$/m, '"machineId": "0123456789abcdef0123456789abcdef",');
const checksum = createHash('sha256').update(body).digest('hex');
writeFileSync(path, `${open}\n"checksum": "sha256:${checksum}",\n${body}`);
