// Remembers what it is told, in a file on a volume.
import { appendFileSync, readFileSync } from 'node:fs';
import { serveHttp } from './mcp.mjs';

const file = '/notes/notes.txt';

const add_note = {
  description: 'Remember a note. With a date in it, such as 2026-12-24, it is a reminder too.',
  input: { text: 'One line' },
  run: ({ text }) => {
    appendFileSync(file, `${text.replace(/\s+/g, ' ').trim()}\n`);
    return 'Noted.';
  },
};

const list_notes = {
  description: 'All notes, oldest first',
  input: {},
  run: () => readFileSync(file, 'utf8'),
};

serveHttp(3000, { name: 'notes', version: '1.0.0', tools: { add_note, list_notes } });
