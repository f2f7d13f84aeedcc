import { describe, expect, it } from 'vitest';
import type { EngineHost } from '../../src/policy/engine-host.ts';
import { sourceFact } from '../../src/policy/source-fact.ts';

const FOLDER = '/run/user/1000/mcpform';
const host = (real: Readonly<Record<string, string>> = {}): EngineHost => ({
  homes: [],
  sockets: [],
  realPaths: new Map(Object.entries(real)),
  secretFolders: [FOLDER, '/dev/shm/mcpform-1000'],
});

describe('where mcpform keeps secrets of containers', () => {
  it.each([
    FOLDER,
    `${FOLDER}/secrets/b/tools.web/c`,
    `/run/user/1000/./mcpform/secrets`,
    '/dev/shm/mcpform-1000/secrets',
  ])('is never bound by a manifest: %s', (source) => {
    expect(sourceFact(source, host({ [source]: source }))).toMatchObject({
      isNever: true,
      danger: 'where mcpform keeps secrets of containers',
    });
    expect(sourceFact(source, host()).isNever).toBe(true);
  });

  it('is not bound through a link either', () => {
    expect(sourceFact('/srv/x', host({ '/srv/x': `${FOLDER}/secrets` })).isNever).toBe(true);
  });

  it.each(['/srv/docs', '/run/user/1000/mcpform-docs', '/dev/shm/other'])('is not %s', (source) => {
    expect(sourceFact(source, host({ [source]: source }))).not.toHaveProperty('isNever');
  });
});
