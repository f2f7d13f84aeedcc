import { describe, expect, it } from 'vitest';
import { isSatisfied, staleServers, unsatisfied } from '../../src/lock/satisfies.ts';
import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import type { Lock, PackagePin, Pin } from '../../src/model/lock.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { ACTIONS, hex, imagePin, localPin, lockOf, npmPin, sha256, sri256 } from './locks.ts';

function manifestOf(servers: string): Manifest {
  const text = `apiVersion: mcpform/v1\nkind: Stack\nname: s\nservers:\n${servers}`;
  const source = { path: '/repo/mcp.yaml', bytes: new TextEncoder().encode(text) };
  const { manifest } = parseManifest([source], {
    root: '/repo',
    variables: {},
    clientNames: ['claude-code'],
  });
  if (manifest === null) throw new Error(text);
  return manifest;
}

const satisfies = (runtime: string, pin: Pin): boolean => {
  const [server] = manifestOf(`  x: { ${runtime} }\n`).servers;
  return isSatisfied((server as Manifest['servers'][number]).runtime, pin);
};

const packagePin = (exact: string, more: Partial<PackagePin> = {}): Pin => ({
  kind: 'package',
  package: exact,
  tree: sha256(1),
  ...more,
});

describe('an image', () => {
  const pinned = imagePin('ghcr.io/acme/x:1.2', 1);
  it.each([
    ['ghcr.io/acme/x:1.2', true],
    [`ghcr.io/acme/x:1.2@${sha256(1)}`, true],
    [`ghcr.io/acme/x:1.2@${sha256(2)}`, false],
    ['ghcr.io/acme/x:1.3', false],
    ['ghcr.io/acme/x', false],
    ['ghcr.io/acme/y:1.2', false],
    [`ghcr.io/acme/x@${sha256(1)}`, false],
  ])('asked for as "%s" is answered by the pin of another or the same: %s', (image, answer) => {
    expect(satisfies(`image: "${image}"`, pinned)).toBe(answer);
  });

  it.each([
    ['image: localhost/x:1, pull: never', localPin('localhost/x:1', 1), true],
    ['image: localhost/x:2, pull: never', localPin('localhost/x:1', 1), false],
    ['image: localhost/x:1', localPin('localhost/x:1', 1), false],
    ['image: localhost/x:1, pull: missing', imagePin('localhost/x:1', 1), true],
    ['image: localhost/x:1, pull: never', imagePin('localhost/x:1', 1), false],
  ])('asked for with "%s" has an answer from where it says: %j is one: %s', (runtime, pin, answer) => {
    expect(satisfies(runtime, pin)).toBe(answer);
  });

  it('without a tag is answered by a pin without one, and never by a package', () => {
    expect(satisfies('image: redis', imagePin('redis', 1))).toBe(true);
    expect(satisfies('image: redis', imagePin('redis:7', 1))).toBe(false);
    expect(satisfies('image: redis', npmPin('redis', '1.0.0'))).toBe(false);
  });

  it('is answered whoever signed it', () => {
    expect(satisfies('image: redis', imagePin('redis', 1, ACTIONS))).toBe(true);
  });
});

describe('a package', () => {
  const commit = hex('c').slice(0, 40);
  const other = hex('d').slice(0, 40);
  it.each<[string, string, string | undefined, boolean]>([
    ['npm:x@1.2.3', 'npm:x@1.2.3', undefined, true],
    ['npm:x@1.2.3', 'npm:x@1.2.4', undefined, false],
    ['npm:x@^1', 'npm:x@1.2.4', 'npm:x@^1', true],
    ['npm:x@^1', 'npm:x@1.2.4', undefined, false],
    ['npm:x@^1', 'npm:x@1.2.4', 'npm:x@^2', false],
    ['npm:x@^1', 'npm:x@2.0.0', 'npm:x@^1', false],
    ['npm:x@^1', 'npm:evil@1.0.0', 'npm:x@^1', false],
    ['npm:x@>=1 <3 || 9', 'npm:x@2.5.0', 'npm:x@>=1 <3 || 9', true],
    ['npm:x@>=1 <3 || 9', 'npm:x@3.0.0', 'npm:x@>=1 <3 || 9', false],
    ['npm:x@latest', 'npm:x@2.0.0', 'npm:x@latest', true],
    ['npm:x@next', 'npm:x@2.0.0-rc.1', 'npm:x@next', true],
    ['npm:x@^2.0.0-rc.0', 'npm:x@2.0.0-rc.1', 'npm:x@^2.0.0-rc.0', true],
    ['npm:x', 'npm:x@2.0.0', 'npm:x', true],
    ['npm:x', 'npm:x@2.0.0', undefined, false],
    ['npm:@a/x', 'npm:@a/x@2.0.0', 'npm:@a/x', true],
    ['npm:@a/x', 'npm:x@2.0.0', 'npm:@a/x', false],
    ['npm:x@1.0.0', 'npm:x@0.9.0', 'npm:x@1.0.0', false],
    ['pypi:x@1.0', 'pypi:x@1.0', undefined, true],
    ['pypi:x==1.0', 'pypi:x@1.0', undefined, true],
    ['pypi:x@1.0', 'pypi:x@1.0.0', 'pypi:x@1.0', true],
    ['pypi:x@1.0', 'pypi:x@1.1', 'pypi:x@1.0', false],
    ['pypi:x@2026.01.1', 'pypi:x@2026.1.1', 'pypi:x@2026.01.1', true],
    ['pypi:x@1.0-RC1', 'pypi:x@1.0rc1', 'pypi:x@1.0-RC1', true],
    ['pypi:x@1.0.alpha.1', 'pypi:x@1.0a1', 'pypi:x@1.0.alpha.1', true],
    ['pypi:x@1.0post1', 'pypi:x@1.0.post1', 'pypi:x@1.0post1', true],
    ['pypi:x@1.0rc1', 'pypi:x@1.0', 'pypi:x@1.0rc1', false],
    ['pypi:x@v1.0', 'pypi:x@1.0', 'pypi:x@v1.0', true],
    ['pypi:Foo_Bar', 'pypi:foo-bar@1.0', 'pypi:Foo_Bar', true],
    ['pypi:x[a,b]', 'pypi:x[B,a]@1.0', 'pypi:x[a,b]', true],
    ['pypi:x[a]', 'pypi:x@1.0', 'pypi:x[a]', false],
    [`git:https://g.example/x@${commit}`, `git:https://g.example/x@${commit}`, undefined, true],
    [
      'git:https://g.example/x@main',
      `git:https://g.example/x@${commit}`,
      'git:https://g.example/x@main',
      true,
    ],
    ['git:https://g.example/x', `git:https://g.example/x@${commit}`, 'git:https://g.example/x', true],
    [
      'git:https://g.example/x@main',
      `git:https://g.example/y@${commit}`,
      'git:https://g.example/x@main',
      false,
    ],
    [
      `git:https://g.example/x@${other}`,
      `git:https://g.example/x@${commit}`,
      `git:https://g.example/x@${other}`,
      false,
    ],
    ['pypi:x', 'npm:x@1.0.0', 'pypi:x', false],
  ])('asked for as "%s" is answered by "%s" for "%s": %s', (asked, exact, requested, answer) => {
    const pin = packagePin(exact, requested === undefined ? {} : { requested });
    expect(satisfies(`package: "${asked}"`, pin)).toBe(answer);
  });

  it('that is an MCPB file is answered by the file with the hash the manifest says', () => {
    const url = 'mcpb:https://example.com/a.mcpb';
    const pin = packagePin(url, { integrity: sri256('a') });
    expect(satisfies(`package: "${url}"`, pin)).toBe(true);
    const asked = `${url}#sha256:${hex('a')}`;
    expect(satisfies(`package: "${asked}"`, pin)).toBe(false);
    expect(satisfies(`package: "${asked}"`, { ...pin, requested: asked } as Pin)).toBe(true);
    const lie = { ...pin, requested: asked, integrity: sri256('b') } as Pin;
    expect(satisfies(`package: "${asked}"`, lie)).toBe(false);
  });
});

describe('a lock', () => {
  const manifest = manifestOf(`  free: { command: x }
  remote: { url: "https://example.com/mcp" }
  there: { package: "npm:x@1.0.0" }
  absent: { package: "npm:y@1.0.0" }
  moved: { image: "redis:8" }
  turned: { image: "redis:7" }
  asleep: { image: "redis:7", enabled: false }
`);
  const lock: Lock = lockOf({
    there: npmPin('x', '1.0.0'),
    moved: imagePin('redis:7', 1),
    turned: npmPin('redis', '7.0.0'),
    asleep: imagePin('redis:7', 1),
    gone: imagePin('redis:7', 1),
    free: npmPin('was', '1.0.0'),
  });

  it('names the servers it does not answer for, in the order of the manifest', () => {
    expect(unsatisfied(manifest, lock)).toEqual([
      { server: 'absent', reason: 'missing' },
      { server: 'moved', reason: 'changed' },
      { server: 'turned', reason: 'changed' },
    ]);
    expect(unsatisfied(manifest, lockOf({})).map(({ server }) => server)).toEqual([
      'there',
      'absent',
      'moved',
      'turned',
      'asleep',
    ]);
  });

  it('names the pins that nobody needs, and keeps those of disabled servers', () => {
    expect(staleServers(manifest, lock)).toEqual(['free', 'gone']);
    expect(staleServers(manifest, lockOf({}))).toEqual([]);
  });
});
