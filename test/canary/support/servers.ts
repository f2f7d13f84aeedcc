import type { Json } from '../../../src/model/json.ts';

/** What a server does: it says what it got, in a way that no value can be found in. */
export const SERVER = `import { createHash } from 'node:crypto';
process.stdout.write(createHash('sha256').update(process.env.TOKEN ?? '').digest('hex'));
`;

/** The secret of a server, by its name. */
export function secretOf(server: string): string {
  const [emission, ...backend] = server.split('-');
  return `${backend.join('-')}-${emission === 'wrapped' || emission === 'headers' ? 'hidden' : 'clear'}`;
}

/** One per secret and way to hand it over; `server` is the file of `SERVER`. */
export function serversOf(
  secrets: Readonly<Record<string, Json>>,
  server: string,
): Readonly<Record<string, Json>> {
  const all: Record<string, Json> = {};
  for (const name of Object.keys(secrets)) {
    const [backend = '', use] = name.split('-');
    const command = {
      command: process.execPath,
      args: [server, backend],
      env: { TOKEN: `\${secret.${name}}` },
    };
    const url = `https://mcp.example.com/${backend}`;
    const headers = { Authorization: `Bearer \${secret.${name}}` };
    if (use === 'hidden') {
      all[`wrapped-${backend}`] = { ...command, emit: 'wrapper' };
      all[`headers-${backend}`] = { url, headers, emit: 'wrapper' };
    } else {
      all[`plain-${backend}`] = { ...command, emit: 'plaintext' };
      all[`plainheaders-${backend}`] = { url, headers, emit: 'plaintext' };
      all[`plainurl-${backend}`] = { url: `${url}?key=\${secret.${name}}`, emit: 'plaintext' };
      if (backend === 'env') {
        all['reference-env'] = { ...command, emit: 'reference' };
        all['referenceheaders-env'] = { url, headers, emit: 'reference' };
      }
    }
  }
  return all;
}
