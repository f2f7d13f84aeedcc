// Leaves a journal as an apply would that died after it began to change "a" and before it wrote; torn: and in the
// middle of its next line; damaged: with a byte changed before a good line.
import { readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const folder = `${process.env.HOME}/.local/state/mcpform/tools`;
const inventory = JSON.parse(readFileSync(`${folder}/inventory.json`, 'utf8'));
const { whole, ...record } = inventory.entries['claude-code/user/a'];
const begin = {
  operation: 'interrupted-1',
  address: record.address,
  action: 'update',
  provider: record.provider,
  place: record.place,
  before: { '/command': record.base['/command'] },
  after: { '/command': 'a digest of something else' },
  record,
};
const good = line(inventory.appliedSeq + 1, [begin]);
const texts = {
  torn: good + line(inventory.appliedSeq + 2, []).slice(0, 30),
  damaged: good.replace('update', 'create') + line(inventory.appliedSeq + 2, []),
};
writeFileSync(`${folder}/journal.ndjson`, texts[process.argv[2]]);

function line(seq, begins) {
  const rest = JSON.stringify({ lineage: inventory.lineage, seq, begin: begins, end: [] }).slice(1);
  const crc = crc32(rest).toString(16).padStart(8, '0');
  return `{"length":${Buffer.byteLength(rest)},"crc":"${crc}",${rest}\n`;
}
