import { hash } from 'node:crypto';
import fc from 'fast-check';
import { parseLock } from '../../src/lock/parse-lock.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Lock, OfferPin, PackagePin, Pin, SharedOwnership, Signer } from '../../src/model/lock.ts';

export const FILE = '/repo/mcp.lock.yaml';
export const HEAD = 'apiVersion: mcpform/v1\nkind: Lock\n';

export const parse = (text: string) => parseLock(new TextEncoder().encode(text), FILE);

/** A digest, hash or commit of nothing in particular, the same for the same seed. */
export const hex = (seed: string | number): string => hash('sha256', String(seed));
export const sha256 = (seed: string | number): string => `sha256:${hex(seed)}`;
export const sri512 = (seed: string | number): string => `sha512-${hash('sha512', String(seed), 'base64')}`;
export const sri256 = (seed: string | number): string => `sha256-${hash('sha256', String(seed), 'base64')}`;

export const imagePin = (name: string, seed: string | number, signer?: Signer): Pin => ({
  kind: 'image',
  image: `${name}@${sha256(seed)}`,
  ...(signer === undefined ? {} : { signer }),
});

export const localPin = (image: string, seed: string | number): Pin => ({
  kind: 'local-image',
  image,
  id: sha256(seed),
});

export const npmPin = (name: string, version: string, requested?: string): PackagePin => ({
  kind: 'package',
  package: `npm:${name}@${version}`,
  ...(requested === undefined ? {} : { requested: `npm:${name}@${requested}` }),
  integrity: sri512(`${name}@${version}`),
  tree: sha256(`${name}@${version}`),
});

export const ACTIONS: Signer = {
  identity: 'https://github.com/acme/mcp/.github/workflows/release.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
};

export const lockOf = (servers: Readonly<Record<string, Pin>>, more: Partial<Lock> = {}): Lock => ({
  servers,
  ownership: {},
  offers: {},
  unknown: {},
  ...more,
});

/** Every name a server can have; small alphabets, so that names meet, and words that YAML reads as something else. */
export const serverName: fc.Arbitrary<string> = fc
  .oneof(
    fc.stringMatching(/^[a-c][a-c-]{0,3}$/),
    fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/),
    fc.constantFrom(
      'true',
      'null',
      'on',
      'No',
      '0',
      '12',
      '1e3',
      '0x1f',
      'con',
      'GitHub',
      'github',
      'z',
      'Z',
    ),
  )
  .filter((name) => !(name in {}));

const seed = fc.integer({ min: 0, max: 3 });
const signer: fc.Arbitrary<Signer> = fc.oneof(
  fc.constant(ACTIONS),
  fc.record({
    identity: fc
      .oneof(fc.constantFrom('x', 'a: b', '- #', "it's", '"', 'é'), fc.webUrl(), fc.string({ minLength: 1 }))
      .filter((text) => /^[\x20-\x7e\u00a1-\u00ff]+$/.test(text)),
    issuer: fc.constantFrom('key', 'https://accounts.example.com'),
  }),
);
const perhaps = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const imageName = fc.constantFrom(
  'redis',
  'redis:7',
  'ghcr.io/acme/tools/x:1.2.3',
  '127.0.0.1:5000/x:1',
  '[::1]:5000/x:1',
  '7zip:1',
  `registry.example.com/${'very-long-name/'.repeat(12)}x:1`,
);
const version = fc.constantFrom('1.0.0', '1.0.1', '2.0.0-rc.1', '2026.8.31');

const image: fc.Arbitrary<Pin> = fc
  .record({ name: imageName, seed, signer: perhaps(signer) })
  .map((facts) => imagePin(facts.name, facts.seed, facts.signer));

/** Names that YAML would read as something else, too: no digest keeps them text. */
const local: fc.Arbitrary<Pin> = fc
  .record({ name: fc.oneof(imageName, fc.constantFrom('12', '1e3', 'true', 'null', '0x1f')), seed })
  .map(({ name, seed }) => localPin(name, seed));

const npm: fc.Arbitrary<Pin> = fc
  .record({
    name: fc.constantFrom('@acme/x', 'server-memory', '~odd'),
    version,
    asked: fc.constantFrom('@^1', '@>=1.0.0 <3 || latest', '@latest', '', undefined),
    seed,
    signer: perhaps(signer),
  })
  .map((facts) => ({
    kind: 'package',
    package: `npm:${facts.name}@${facts.version}`,
    ...(facts.asked === undefined ? {} : { requested: `npm:${facts.name}${facts.asked}` }),
    integrity: sri512(facts.seed),
    tree: sha256(facts.seed),
    ...(facts.signer === undefined ? {} : { signer: facts.signer }),
  }));

const pypi: fc.Arbitrary<Pin> = fc
  .record({
    name: fc.constantFrom('mcp-server-time', 'mcp[cli,ws]'),
    version: fc.constantFrom('1.0', '2026.1.1rc1'),
    seed,
  })
  .map((facts) => ({
    kind: 'package',
    package: `pypi:${facts.name}@${facts.version}`,
    ...(facts.seed === 0 ? { requested: `pypi:${facts.name}` } : {}),
    tree: sha256(facts.seed),
  }));

const git: fc.Arbitrary<Pin> = fc
  .record({
    url: fc.constantFrom('https://git.example.com/a/b', 'ssh://git@git.example.com:22/a.git'),
    commit: fc.constantFrom(hex('c').slice(0, 40), hex('d')),
    seed,
  })
  .map(({ url, commit, seed }) => ({
    kind: 'package',
    package: `git:${url}@${commit}`,
    ...(seed === 0 ? {} : { requested: `git:${url}@main` }),
    tree: sha256(seed),
  }));

const mcpb: fc.Arbitrary<Pin> = fc
  .record({
    url: fc.constantFrom('https://example.com/a.mcpb', './tools/b.mcpb', '/opt/c d.mcpb'.replace(' ', '-')),
    seed,
  })
  .map(({ url, seed }) => ({
    kind: 'package',
    package: `mcpb:${url}`,
    ...(seed === 0 ? { requested: `mcpb:${url}#sha256:${hex(seed)}` } : {}),
    integrity: sri256(seed),
  }));

export const pin: fc.Arbitrary<Pin> = fc.oneof(image, local, npm, pypi, git, mcpb);

export const address: fc.Arbitrary<string> = fc.stringMatching(
  /^claude-code\/project(:[a-c/ ]{1,3})?\/[a-d][A-Za-z0-9_-]{0,2}$/,
);

export const owned: fc.Arbitrary<SharedOwnership> = fc
  .record({ digest: seed.map(sha256), adopted: fc.boolean(), protect: fc.boolean() })
  .map(({ digest, adopted, protect }) => ({ digest, adopted, ...(protect ? { protect } : {}) }));

/** Names are the server's choice: also what YAML reads as something else, and what the lock calls its own facts. */
const definitions = fc.dictionary(
  fc.constantFrom('create_issue', 'seal', 'true', '12', '- #', 'a: b', '"', 'x y', 'é', '~'),
  seed.map(sha256),
  { maxKeys: 4, noNullPrototype: true },
);

export const offered: fc.Arbitrary<OfferPin> = fc
  .record({ instructions: perhaps(seed.map(sha256)), tools: definitions, prompts: definitions })
  .map(({ instructions, ...lists }) => ({
    ...(instructions === undefined ? {} : { instructions }),
    ...lists,
  }));

/** What a newer mcpform may have put beside the sections of this one. */
export const unknown: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom('surfaces', 'Z', 'audit', 'zones'),
  fc.oneof(
    fc.constantFrom<string | number | null>('text', 1, null),
    fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom<string | string[]>('1', ['x', 'y'])),
  ),
  { maxKeys: 2 },
) as fc.Arbitrary<JsonObject>;

export const lock: fc.Arbitrary<Lock> = fc.record({
  servers: fc.dictionary(serverName, pin, { maxKeys: 8, noNullPrototype: true }),
  ownership: fc.dictionary(address, owned, { maxKeys: 4, noNullPrototype: true }),
  offers: fc.dictionary(serverName, offered, { maxKeys: 4, noNullPrototype: true }),
  unknown,
});
