import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** Ring of each room, and which rooms of its own ring it may use. Lower rings are always allowed. */
const rooms: Record<string, { ring: number; sideways: readonly string[] }> = {
  model: { ring: 0, sideways: [] },
  schema: { ring: 0, sideways: [] },
  formats: { ring: 1, sideways: [] },
  manifest: { ring: 1, sideways: ['formats'] },
  lock: { ring: 1, sideways: ['formats'] },
  policy: { ring: 1, sideways: ['formats'] },
  graph: { ring: 1, sideways: [] },
  plan: { ring: 1, sideways: [] },
  report: { ring: 1, sideways: ['formats'] },
  system: { ring: 2, sideways: [] },
  credentials: { ring: 2, sideways: [] },
  secrets: { ring: 2, sideways: [] },
  providers: { ring: 2, sideways: ['credentials'] },
  apply: { ring: 2, sideways: [] },
  resolve: { ring: 2, sideways: ['credentials'] },
  verify: { ring: 2, sideways: [] },
  health: { ring: 2, sideways: [] },
  state: { ring: 3, sideways: [] },
  launch: { ring: 3, sideways: [] },
  engine: { ring: 3, sideways: ['state', 'launch'] },
  loop: { ring: 4, sideways: [] },
  action: { ring: 4, sideways: [] },
  cli: { ring: 4, sideways: ['engine', 'launch', 'loop'] },
};

/** Libraries that a pure room may use, and the one file each driver library is imported in. */
const pureMayUse = new Set([
  'node:crypto',
  'node:path',
  'yaml',
  'js-yaml',
  'fastest-levenshtein',
  'semver',
  'picocolors',
]);
const drivers: Record<string, string> = {
  'proper-lockfile': 'providers/claude-code/client.ts',
  execa: 'system/client.ts',
  undici: 'system/http/client.ts',
  '@npmcli/arborist': 'resolve/npm/client.ts',
  '@npmcli/config': 'resolve/npm/client.ts',
  pacote: 'resolve/npm/client.ts',
  'npm-registry-fetch': 'resolve/npm/client.ts',
  '@npmcli/agent': 'resolve/npm/client.ts',
  yauzl: 'resolve/mcpb/client.ts',
  '@sigstore/verify': 'verify/client.ts',
  '@sigstore/bundle': 'verify/client.ts',
  '@sigstore/core': 'verify/client.ts',
  '@sigstore/protobuf-specs': 'verify/client.ts',
  '@sigstore/tuf': 'verify/client.ts',
  '@modelcontextprotocol/sdk': 'health/client.ts',
  dockerode: 'providers/docker/client.ts',
  '@aws-sdk/client-secrets-manager': 'secrets/aws/client.ts',
  '@aws-sdk/client-ssm': 'secrets/aws/client.ts',
  '@aws-sdk/credential-providers': 'secrets/aws/client.ts',
  'google-auth-library': 'secrets/gcp/client.ts',
  'age-encryption': 'secrets/age/client.ts',
  dotenv: 'secrets/dotenv/client.ts',
  croner: 'loop/schedule/client.ts',
  'simple-git': 'loop/source/client.ts',
  pino: 'loop/tell/client.ts',
  '@octokit/core': 'action/github/client.ts',
  bottleneck: 'action/github/client.ts',
  '@octokit/plugin-retry': 'action/github/client.ts',
  '@octokit/plugin-throttling': 'action/github/client.ts',
};

/** Of a library that is imported in parts, its name. */
const libraryOf = (to: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(to)?.[0] ?? to;

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\s(?:[^;'"]*?\sfrom\s)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  );
  return [...found].map((match) => ({ from: file, to: (match[1] ?? match[2]) as string }));
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => file.endsWith('.ts'));
const imports = files.flatMap(importsOf);
const roomOf = (file: string): string => file.split('/')[0] as string;

describe('the rooms and their rings', () => {
  it('sees every file in a known room, and imports at all', () => {
    expect(files.filter((file) => rooms[roomOf(file)] === undefined)).toEqual([]);
    expect(imports.length).toBeGreaterThan(50);
  });

  it('imports only from its own room, a lower ring, or a named neighbour', () => {
    const broken = imports.filter(({ from, to }) => {
      if (!to.startsWith('.')) return false;
      const target = roomOf(
        relative(src, resolve(src, dirname(from), to))
          .split(sep)
          .join('/'),
      );
      const room = rooms[roomOf(from)];
      const other = rooms[target];
      if (room === undefined || other === undefined) return true;
      return target !== roomOf(from) && other.ring >= room.ring && !room.sideways.includes(target);
    });
    expect(broken).toEqual([]);
  });

  it('does no I/O in ring 1: of node only crypto and path', () => {
    const broken = imports.filter(
      ({ from, to }) => rooms[roomOf(from)]?.ring === 1 && !to.startsWith('.') && !pureMayUse.has(to),
    );
    expect(broken).toEqual([]);
  });

  it('imports nothing at all into model, and no node module into schema', () => {
    expect(
      imports.filter(
        ({ from, to }) => roomOf(from) === 'model' && !/^\.\.?\/[a-z-]+(?:\/[a-z-]+)?\.ts$/.test(to),
      ),
    ).toEqual([]);
    expect(imports.filter(({ from, to }) => roomOf(from) === 'schema' && to.startsWith('node:'))).toEqual([]);
  });

  it('keeps providers apart from one another', () => {
    const broken = imports.filter(({ from, to }) => {
      const [room, provider] = from.split('/');
      if (room !== 'providers' || !to.startsWith('.') || provider === 'index.ts') return false;
      const target = relative(src, resolve(src, dirname(from), to)).split(sep);
      return target[0] === 'providers' && target[1] !== provider;
    });
    expect(broken).toEqual([]);
  });

  it('imports a driver library in exactly one file', () => {
    const seen = imports.filter(({ to }) => drivers[libraryOf(to)] !== undefined);
    expect(seen.filter(({ from, to }) => drivers[libraryOf(to)] !== from)).toEqual([]);
  });

  it('reads files and starts processes only in system/, and prints only where a program starts', () => {
    const io = imports.filter(
      ({ from, to }) => /^node:(fs|child_process|net|http|https)/.test(to) && roomOf(from) !== 'system',
    );
    expect(io).toEqual([]);
    const printing = files.filter(
      (file) =>
        roomOf(file) !== 'cli' &&
        file !== 'action/main.ts' &&
        /\bconsole\.|process\.std(out|err)/.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(printing).toEqual([]);
  });
});
