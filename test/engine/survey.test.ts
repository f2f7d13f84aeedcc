import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { declare } from '../../src/engine/declare.ts';
import { type KnownState, survey } from '../../src/engine/survey.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Begin } from '../../src/model/journal.ts';
import { realContext } from '../support/real-context.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { writeFiles } from '../support/world.ts';

const MANIFEST = `apiVersion: mcpform/v1
kind: Stack
name: tools
defaults: { targets: [{ client: claude-code, scope: user }] }
servers:
  files: { command: files }
`;

describe('a step that was begun', () => {
  let home: Home;
  beforeEach(async () => {
    home = await throwawayHome();
    await writeFiles(home.project, { 'mcp.yaml': MANIFEST });
  });
  afterEach(() => home.remove());

  const look = async (unavailable: (file: string) => KnownState['unavailable']) => {
    const ctx = realContext(home);
    const declared = await declare({ files: [], cwd: home.project, variables: {} }, ctx);
    const file = join(home.folder, '.claude.json');
    const begin: Begin = {
      operation: 'run-1',
      address: 'claude-code/user/files',
      action: 'create',
      provider: 'claude-code',
      place: { key: `${file}#/mcpServers/files`, file, path: ['mcpServers', 'files'], isShared: false },
      before: null,
      after: {},
      record: null,
    };
    const left = unavailable(file);
    const state = { inventory: null, pending: [begin], settledBy: () => null };
    return {
      begin,
      ...(await survey(declared, left === undefined ? state : { ...state, unavailable: left }, ctx)),
    };
  };

  it('is settled by looking', async () => {
    const { settled, world } = await look(() => undefined);
    expect(settled.settled).toEqual([{ address: 'claude-code/user/files', settled: 'not-done' }]);
    expect(world.unavailable.size).toBe(0);
  });

  it('is left alone, with all that is at its place, where it could not be cleared up', async () => {
    const trouble: Finding = { code: 'ENGINE_FAILED', severity: 'error', message: 'it will not let go' };
    const { begin, settled, world } = await look((file) => new Map([[file, trouble]]));
    expect(settled.unknown).toEqual([begin]);
    expect([settled.settled, settled.ends]).toEqual([[], []]);
    expect([...world.unavailable.values()]).toEqual([trouble]);
  });
});
