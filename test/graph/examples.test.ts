import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import { parseLock } from '../../src/lock/parse-lock.ts';
import { satisfiedPins } from '../../src/lock/satisfied-pins.ts';
import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import { EMPTY_LOCK, type Lock, type Pin } from '../../src/model/lock.ts';
import { surroundings } from './surroundings.ts';

const examples = resolve(import.meta.dirname, '../../examples');

function graphOf(folder: string, files: readonly string[], pins?: Readonly<Record<string, Pin>>) {
  const root = join(examples, folder);
  const sources = files.map((file) => ({ path: join(root, file), bytes: readFileSync(join(root, file)) }));
  const { manifest, findings } = parseManifest(sources, {
    root,
    variables: {},
    clientNames: ['claude-code'],
  });
  expect(findings).toEqual([]);
  if (manifest === null) throw new Error('an example is not valid');
  return desire(manifest, {
    ...surroundings(),
    pins: satisfiedPins(
      manifest,
      pins === undefined ? lockOf(join(root, 'mcp.lock.yaml')) : { ...EMPTY_LOCK, servers: pins },
    ),
  });
}

function lockOf(path: string): Lock {
  if (!existsSync(path)) return EMPTY_LOCK;
  const { lock, findings } = parseLock(readFileSync(path), path);
  expect(findings).toEqual([]);
  return lock as Lock;
}

describe('the examples', () => {
  it.each([
    ['quickstart', ['mcp.yaml'], ['user/memory', 'user/github']],
    ['team', ['mcp.yaml'], ['project/docs', 'project/linear', 'project:services/api/sentry']],
    ['team', ['mcp.yaml', 'laptop.yaml'], ['project/docs', 'project:services/api/sentry', 'local/scratch']],
    ['secrets', ['mcp.yaml'], ['user/github', 'user/postgres', 'user/internal', 'user/billing']],
    ['dotfiles', ['mcp.yaml'], ['user/notes', 'user/browser', 'user/memory']],
    ['dotfiles', ['mcp.yaml', 'work.yaml'], ['user/notes', 'user/memory', 'user/tickets']],
  ])('%s with %j declares %j, and nothing stops it', (folder, files, addresses) => {
    const { desired } = graphOf(folder, files);
    expect(desired.map(({ address }) => address)).toEqual(addresses.map((each) => `claude-code/${each}`));
    expect(desired.filter(({ blocked }) => blocked !== undefined)).toEqual([]);
  });

  it('containers declares two servers, and nothing stops it once its images are built and locked', () => {
    const id = `sha256:${'5a'.repeat(32)}`;
    const pin = (name: string): Pin => ({
      kind: 'local-image',
      image: `localhost/mcp-${name}:1.0.0`,
      id,
    });
    const pins = { notes: pin('notes'), reminders: pin('reminders') };
    const { desired } = graphOf('containers', ['mcp.yaml'], pins);
    expect(desired.map(({ address }) => address)).toEqual([
      'docker/network/desk',
      'docker/volume/notes',
      `docker/image/localhost/mcp-notes@${'5a'.repeat(6)}`,
      'docker/container/notes',
      'claude-code/user/notes',
      'claude-code/user/reminders',
    ]);
    expect(desired.filter(({ blocked }) => blocked !== undefined)).toEqual([]);
  });

  it('all have a manifest and hold no file that these tests do not read', () => {
    const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.yaml') && !file.endsWith('.lock.yaml'),
    );
    expect(files.sort()).toEqual([
      'containers/mcp.yaml',
      'dotfiles/mcp.yaml',
      'dotfiles/work.yaml',
      // A recipe, of which test/action/workflows.test.ts reads the rest.
      'pre-commit/.pre-commit-config.yaml',
      'quickstart/mcp.yaml',
      'secrets/mcp.yaml',
      'team/laptop.yaml',
      'team/mcp.yaml',
    ]);
  });

  it('start with one that fits on a screen', () => {
    const lines = readFileSync(join(examples, 'quickstart/mcp.yaml'), 'utf8').split('\n');
    expect(lines.length).toBeLessThanOrEqual(16);
  });

  it('name every secret the client will need', () => {
    const locators = graphOf('secrets', ['mcp.yaml']).desired.flatMap(({ secrets }) =>
      secrets.map(({ locator }) => locator),
    );
    expect(locators).toEqual(['env:GITHUB_TOKEN', 'env:DATABASE_URL', 'env:MCP_API_KEY', 'env:MCP_HOST']);
  });
});
