import { describe, expect, it } from 'vitest';
import { launchId } from '../../src/graph/launch-id.ts';
import { parseLaunchFile, printLaunchFile } from '../../src/launch/launch-file.ts';
import { recordOf } from './world.ts';

const record = recordOf({ args: ['a', [{ env: 'X' }, '/y']], loaderVariables: ['NODE_OPTIONS'] });
const id = launchId(record);
const file = {
  record,
  content: `sha256:${'0'.repeat(64)}`,
  program: { kind: 'node', file: 'index.js' },
} as const;
const refused = (because: string) =>
  expect.objectContaining({ code: 'LAUNCH_REFUSED', message: expect.stringContaining(because) });

describe('a launch file', () => {
  it('reads as it was written', () => {
    expect(parseLaunchFile(printLaunchFile(file), id)).toEqual(file);
  });

  it.each([
    ['another argument', { ...record, args: ['b'] }],
    ['another pin', { ...record, pin: { package: 'npm:small@1.0.1', integrity: 'sha512-AAAA' } }],
    ['another variable', { ...record, loaderVariables: ['LD_PRELOAD'] }],
    ['another field', { ...record, more: 1 }],
    ['a field less', { ...record, bin: undefined }],
  ])('is refused with %s: it does not hash to its name', (_what, changed) => {
    const text = JSON.stringify({ ...file, record: changed });
    expect(() => parseLaunchFile(text, id)).toThrow(refused('does not hash to its name'));
  });

  it('is refused under the name of another', () => {
    const other = launchId(recordOf({ args: ['other'] }));
    expect(() => parseLaunchFile(printLaunchFile(file), other)).toThrow(refused('does not hash to its name'));
  });

  it('of a newer mcpform is refused with that reason', () => {
    const text = JSON.stringify({ ...file, record: { ...record, formatVersion: 2 } });
    expect(() => parseLaunchFile(text, id)).toThrow(refused('was written by a newer mcpform'));
  });

  it.each([
    ['no text', ''],
    ['half a text', printLaunchFile(file).slice(0, 100)],
    ['a list', '[]'],
    ['no record', '{}'],
  ])('is refused with %s', (_what, text) => {
    expect(() => parseLaunchFile(text, id)).toThrow(refused('cannot be read'));
  });

  it.each([
    ['no content', { content: undefined }],
    ['a content of another kind', { content: 'sha1:00' }],
    ['no program', { program: null }],
    ['a program of another kind', { program: { kind: 'shell', command: 'x' } }],
    ['a program without its file', { program: { kind: 'node' } }],
    ['an argument that is no text', { program: { kind: 'file', file: 'x', args: [1], env: {} } }],
    ['an argument that ends early', { program: { kind: 'file', file: 'x', args: ['a\0b'], env: {} } }],
  ])('is refused with %s', (_what, changes) => {
    const text = JSON.stringify({ ...file, ...changes });
    expect(() => parseLaunchFile(text, id)).toThrow(refused('does not say what it starts'));
  });
});
