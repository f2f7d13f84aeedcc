import { describe, expect, it } from 'vitest';
import { importEntry } from '../../src/manifest/write-import.ts';
import { newManifest } from '../../src/manifest/write-manifest.ts';
import { withReferences } from '../../src/manifest/write-references.ts';
import { manifestOf } from './stack.ts';

const TOKEN = ['ghp', '_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');
const user = { client: 'claude-code', scope: 'user' } as const;

describe('withReferences', () => {
  it('puts texts where literals were kept, and keeps the others', () => {
    const server = { command: 'x', targets: [], lifecycle: { keep: ['/args', '/env/A', '/env/B'] } };
    const texts = new Map([['/env/A', '${secret.a}']]);
    const { server: written } = withReferences({ name: 's', server }, texts);
    expect(JSON.stringify(written)).toBe(
      '{"command":"x","env":{"A":"${secret.a}"},"targets":[],"lifecycle":{"keep":["/args","/env/B"]}}',
    );
  });

  it('leaves a server alone that has none', () => {
    const server = { command: 'x', targets: [], lifecycle: { keep: ['/args'] } };
    expect(withReferences({ name: 's', server }, new Map()).server).toEqual(server);
  });

  it('makes a manifest of an imported entry that holds its secrets by name alone', () => {
    const { imported, literals } = importEntry('a', user, {
      type: 'http',
      url: 'https://a.test/x',
      headers: { Authorization: `Bearer ${TOKEN}`, Accept: 'text/plain' },
    });
    expect(literals).toMatchObject([{ server: 'a', pointer: '/headers/Authorization', before: 'Bearer ' }]);
    expect(literals[0]?.value.reveal()).toBe(TOKEN);
    expect(JSON.stringify(literals)).not.toContain(TOKEN);
    if (imported === null) throw new Error('refused');
    const texts = new Map([['/headers/Authorization', 'Bearer ${secret.a}']]);
    const secrets = { a: { file: '/run/secrets/a' } };
    const text = newManifest({ name: 'again', servers: [withReferences(imported, texts)], secrets });
    const { servers } = manifestOf(text);
    expect(servers[0]?.headers).toEqual({
      Accept: 'text/plain',
      Authorization: ['Bearer ', { secret: 'a' }],
    });
    expect(text).not.toContain(TOKEN);
  });
});

describe('an entry that holds a secret of the manifest', () => {
  it('is declared without it, whatever the value looks like', () => {
    const { imported, literals, keep } = importEntry(
      'a',
      user,
      { type: 'stdio', command: 'x', args: [], env: { MODE: 'plain words', OTHER: 'words' } },
      (text) => text === 'plain words',
    );
    expect(keep).toEqual(['/env/MODE']);
    expect(literals.map(({ pointer }) => pointer)).toEqual(['/env/MODE']);
    expect(JSON.stringify(imported)).not.toContain('plain words');
  });

  it('offers to move neither what is a part of arguments or of a URL, nor what the client expands', () => {
    const { literals, keep } = importEntry('a', user, {
      type: 'stdio',
      command: 'x',
      args: ['--token', '9f86d081884c7d659a2f'],
      env: { TOKEN: `\${PREFIX}${TOKEN}` },
    });
    expect(keep).toEqual(['/args', '/env/TOKEN']);
    expect(literals).toEqual([]);
  });
});
