// Says which notes are due. It keeps nothing: it asks the server "notes", in the network that both are in.
import { callTool, serveStdio } from './mcp.mjs';

const due = {
  description: 'Notes whose date has come',
  input: {},
  run: async () => {
    const today = new Date().toISOString().slice(0, 10);
    const notes = (await callTool('http://notes:3000/mcp', 'list_notes')).split('\n');
    const found = notes.filter((note) => /\d{4}-\d\d-\d\d/.exec(note)?.[0] <= today);
    return found.join('\n') || 'Nothing is due.';
  },
};

await serveStdio({ name: 'reminders', version: '1.0.0', tools: { due } });
