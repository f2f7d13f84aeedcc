import { describe, expect, it } from 'vitest';
import { ownershipDigest } from '../../src/lock/ownership-digest.ts';
import { printLock } from '../../src/lock/print-lock.ts';
import type { Lock } from '../../src/model/lock.ts';
import {
  ACTIONS,
  FILE,
  HEAD,
  hex,
  imagePin,
  lockOf,
  npmPin,
  parse,
  sha256,
  sri256,
  sri512,
} from './locks.ts';

const codes = (text: string) => parse(text).findings.map(({ code }) => code);

describe('parseLock', () => {
  it('reads what people or other tools wrote in another layout', () => {
    const text = `\ufeffkind: Lock\r\napiVersion: "mcpform/v1"\r\nownership: {claude-code/project/a: {adopted: false, digest: "${sha256('a')}"}}\r\nservers: {x: {image: 'redis:7@${sha256(1)}'}}\r\n`;
    expect(parse(text).lock).toEqual(
      lockOf(
        { x: imagePin('redis:7', 1) },
        { ownership: { 'claude-code/project/a': { digest: sha256('a'), adopted: false } } },
      ),
    );
  });

  it('reads a text that Git gave other line ends', () => {
    const lock = lockOf({ a: npmPin('a', '1.0.0'), b: imagePin('b', 1, ACTIONS) });
    expect(parse(printLock(lock).replaceAll('\n', '\r\n')).lock).toEqual(lock);
  });

  it('keeps fields of a newer mcpform and writes them back', () => {
    const text = `# Written by mcpform; commit it beside the manifest.\n${HEAD}images:\n  - digest: ${sha256('a')}\n    image: a:1\n  - []\nsigners: {}\n`;
    expect(printLock(parse(text).lock as Lock)).toBe(text);
  });

  it.each([
    ['an empty file', '', 'YAML_EMPTY', ''],
    ['another kind', 'apiVersion: mcpform/v1\nkind: Stack\n', 'LOCK_INVALID', 'expected "Lock"'],
    ['no version', 'kind: Lock\n', 'LOCK_INVALID', '"apiVersion" is missing'],
    ['a list', '- a\n', 'LOCK_INVALID', 'expected a map'],
    ['a list of servers', `${HEAD}servers: []\n`, 'LOCK_INVALID', 'expected a map'],
    ['servers with nothing below them', `${HEAD}servers:\n  a:\n`, 'LOCK_INVALID', 'expected a map'],
    [
      'ownership of another shape',
      `${HEAD}ownership: {a: {digest: "sha256:abc"}}`,
      'LOCK_INVALID',
      '64 hex digits',
    ],
    ['another algorithm', `${HEAD}ownership: {a: {digest: "md5:abc"}}`, 'LOCK_INVALID', '64 hex digits'],
    ['no digest', `${HEAD}ownership: {a: {adopted: true}}`, 'LOCK_INVALID', '"digest" is missing'],
    [
      'adopted as text',
      `${HEAD}ownership: {a: {digest: "${sha256('a')}", adopted: "yes"}}`,
      'LOCK_INVALID',
      'true or false',
    ],
    ['a newer version', 'apiVersion: mcpform/v2\nkind: Lock\n', 'LOCK_NEWER', 'newer than this mcpform'],
    ['no version of ours', 'apiVersion: v1\nkind: Lock\n', 'LOCK_INVALID', 'expected "mcpform/v1"'],
    [
      'the same address twice',
      `${HEAD}ownership:\n  a: {digest: "${sha256('a')}"}\n  a: {digest: "${sha256('b')}"}\n`,
      'YAML_DUPLICATE_KEY',
      '',
    ],
    [
      'the same server twice',
      `${HEAD}servers:\n  a: {image: "x@${sha256(1)}"}\n  a: {image: "x@${sha256(2)}"}\n`,
      'YAML_DUPLICATE_KEY',
      '',
    ],
    [
      'a name that no server has',
      `${HEAD}servers: {a/b: {image: "x@${sha256(1)}"}}\n`,
      'LOCK_INVALID',
      'a/b',
    ],
    ['a name of every object', `${HEAD}servers: {constructor: {image: "x@${sha256(1)}"}}\n`, 'YAML_KEY', ''],
    ['a tag', `${HEAD}servers: {a: !x {image: "x@${sha256(1)}"}}\n`, 'YAML_TAG', ''],
    ['a control character', `${HEAD}servers: {a: {image: "x\u0007@${sha256(1)}"}}\n`, 'YAML_CHARACTER', ''],
    ['five megabytes', `${HEAD}#${' '.repeat(5 << 20)}\n`, 'YAML_TOO_LARGE', ''],
    ['brackets without an end', `${HEAD}servers: ${'['.repeat(10_000)}\n`, 'YAML_TOO_DEEP', ''],
  ])('refuses %s', (_, text, code, message) => {
    const { lock: read, findings } = parse(text);
    expect(read).toBeNull();
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0]?.message).toContain(message);
    expect(findings[0]?.at?.file).toBe(FILE);
    expect(findings[0]?.hint).toBeTruthy();
  });

  it('names the markers of an unsolved Git conflict, and where', () => {
    const text = `${HEAD}ownership:\n<<<<<<< HEAD\n  a: {}\n=======\n  b: {}\n>>>>>>> topic\n`;
    expect(parse(text)).toEqual({
      lock: null,
      findings: [
        {
          code: 'LOCK_CONFLICT',
          severity: 'error',
          message: 'the lock has an unsolved Git conflict: "<<<<<<<"',
          hint: expect.stringContaining('mcpform lock'),
          at: { file: FILE, line: 4, column: 1, excerpt: '<<<<<<< HEAD' },
        },
      ],
    });
  });
});

describe('a pin', () => {
  const good = hex('good');
  const npm = `integrity: ${sri512(1)}\n    package: npm:@acme/x@1.2.3\n    tree: sha256:${good}`;
  const mcpb = `integrity: ${sri256(1)}\n    package: mcpb:https://example.com/x.mcpb`;
  const refuse = (pin: string) => parse(`${HEAD}servers:\n  x:\n    ${pin}\n`);

  it.each([
    [
      'a short digest',
      `image: redis:7@sha256:${good.slice(1)}`,
      '64 hex digits',
      'there are 63 hex digits',
      5,
    ],
    ['a long digest', `image: redis:7@sha256:${good}0`, '64 hex digits', 'there are 65 hex digits', 5],
    ['a digest in upper case', `image: redis:7@sha256:${good.toUpperCase()}`, '64 hex', 'upper case', 5],
    [
      'a digest of other characters',
      `image: redis:7@sha256:${good.slice(1)}g`,
      '64 hex',
      'something else',
      5,
    ],
    ['a digest of another algorithm', `image: redis:7@sha512:${good}${good}`, 'sha256:', '"sha512"', 5],
    ['an image without digest', 'image: ghcr.io/acme/x:1', 'NAME[:TAG]@sha256:', 'no digest', 5],
    ['an image that looks like an option', `image: --x@sha256:${good}`, 'NAME[:TAG]', 'restore it', 5],
    ['an image with a space', `image: red is@sha256:${good}`, 'NAME[:TAG]', 'restore it', 5],
    ['an image that is no text', 'image: 12', 'expected text', 'quotes', 5],
    ['an image with two digests', `image: x@sha256:${good}@sha256:${good}`, 'NAME[:TAG]', '', 5],
    ['an image of 700 characters', `image: ${'x'.repeat(700)}@sha256:${good}`, '', '772 characters', 5],
    ['a tree of another algorithm', npm.replace(/tree: .*/, `tree: sha1:${good}`), '64 hex', '"sha1"', 7],
    ['a short tree', npm.slice(0, -1), '64 hex digits', 'there are 63 hex digits', 7],
    ['integrity of the wrong length', npm.replace('==\n', '=\n'), '88', '87 characters', 5],
    ['integrity that is no base64', npm.replace(/.==\n/, '_==\n'), '88', 'base64', 5],
    ['integrity with bits that mean nothing', npm.replace(/.==\n/, 'B==\n'), '88', 'base64', 5],
    ['integrity of another algorithm', npm.replace('sha512-', 'sha384-'), 'sha512-', 'characters', 5],
    ['sha1 integrity', npm.replace(/sha512-.*/, 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk='), 'sha512-', '', 5],
  ])('with %s is refused where it stands', (_, pin, message, hint, line) => {
    const { lock, findings } = refuse(pin);
    expect(lock).toBeNull();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code: 'LOCK_INVALID', severity: 'error', at: { file: FILE, line } });
    expect(findings[0]?.message).toContain(message);
    expect(findings[0]?.hint).toContain(hint);
    expect(findings[0]?.at?.column).toBeGreaterThan(4);
    if (!pin.includes('xxxxx'))
      expect(findings[0]?.at?.excerpt).toContain(pin.split('\n')[line - 5]?.trim().slice(0, 12));
  });

  it.each([
    ['both image and package', `image: redis@sha256:${good}\n    ${npm}`, 'has both image and package'],
    ['neither', `tree: sha256:${good}`, 'has neither image nor package'],
    ['both image and localImage', `image: redis@sha256:${good}\n    localImage: redis`, 'has both image and'],
    ['a local image without an id', 'localImage: localhost/x:1', '"id" is missing'],
    ['a local image with a digest', `localImage: x@sha256:${good}\n    id: sha256:${good}`, 'NAME[:TAG]'],
    [
      'a signed local image',
      `localImage: x\n    id: sha256:${good}\n    signer: {identity: x, issuer: key}`,
      'a local image has no signer',
    ],
    ['an image with an id', `image: redis@sha256:${good}\n    id: sha256:${good}`, 'an image has no id'],
    ['npm with an id', `${npm}\n    id: sha256:${good}`, 'a package has no id'],
    ['an image with a tree', `image: redis@sha256:${good}\n    tree: sha256:${good}`, 'an image has no tree'],
    ['npm without integrity', npm.replace(/integrity.*\n\s+/, ''), '"integrity" is missing'],
    ['npm without tree', npm.replace(/\n\s+tree.*/, ''), '"tree" is missing'],
    ['npm with the hash of a file', npm.replace(/sha512-.*/, sri256(1)), 'the integrity of its sha512'],
    ['a range of npm', npm.replace('@1.2.3', '@^1.2.3'), 'not one exact package: expected npm:NAME@1.2.3'],
    ['half a version of npm', npm.replace('@1.2.3', '@1.2'), 'not one exact package'],
    ['a tag of npm', npm.replace('@1.2.3', '@latest'), 'not one exact package'],
    ['no version of npm', npm.replace('@1.2.3', ''), 'not one exact package'],
    ['a name that is an option', npm.replace('@acme/x', '-x'), 'not one exact package'],
    ['a wildcard of PyPI', `package: pypi:x@1.*\n    tree: sha256:${good}`, 'not one exact package'],
    ['PyPI without tree', 'package: pypi:x@1.0', '"tree" is missing'],
    [
      'PyPI with integrity',
      `integrity: ${sri512(1)}\n    package: pypi:x@1.0\n    tree: sha256:${good}`,
      'has no integrity',
    ],
    [
      'a branch of Git',
      `package: git:https://git.example.com/x@main\n    tree: sha256:${good}`,
      '40 hex digits',
    ],
    [
      'a short commit',
      `package: git:https://git.example.com/x@${good.slice(0, 12)}\n    tree: sha256:${good}`,
      '40 hex digits',
    ],
    [
      'a commit in upper case',
      `package: git:https://git.example.com/x@${good.slice(0, 40).toUpperCase()}\n    tree: sha256:${good}`,
      '40 hex digits',
    ],
    ['MCPB without integrity', 'package: mcpb:https://example.com/x.mcpb', '"integrity" is missing'],
    ['MCPB with the hash of a tarball', mcpb.replace(/sha256-.*/, sri512(1)), 'the integrity of its sha256'],
    ['MCPB with a tree', `${mcpb}\n    tree: sha256:${good}`, 'has no tree'],
    [
      'MCPB with its hash in the name',
      mcpb.replace('.mcpb', `.mcpb#sha256:${good}`),
      'not one exact package',
    ],
    ['a plain http file', mcpb.replace('https:', 'http:'), 'not one exact package'],
    ['another ecosystem', npm.replace('npm:', 'cargo:'), 'expected npm:, pypi:, git: or mcpb:'],
    [
      'a question about another package',
      npm.replace('tree', 'requested: npm:@acme/good@^1\n    tree'),
      'asks for another package',
    ],
    ['a question nobody can ask', npm.replace('tree', 'requested: npm:!\n    tree'), 'not a package'],
    [
      'a signer without issuer',
      `image: redis@sha256:${good}\n    signer: {identity: x}`,
      '"issuer" is missing',
    ],
    [
      'a signer with a control character',
      `image: redis@sha256:${good}\n    signer: {identity: "a\\u0007b", issuer: key}`,
      'without control characters',
    ],
    [
      'a signer without a name',
      `image: redis@sha256:${good}\n    signer: {identity: "", issuer: key}`,
      'without control',
    ],
    ['a signer that is text', `image: redis@sha256:${good}\n    signer: me`, 'expected a map'],
    ['a seal of another shape', `image: redis@sha256:${good}\n    seal: h1:0`, '16 hex digits'],
  ])('with %s is refused', (_, pin, message) => {
    const { lock, findings } = refuse(pin);
    expect(lock).toBeNull();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code: 'LOCK_INVALID', severity: 'error' });
    expect(findings[0]?.message).toContain(message);
    expect(findings[0]?.hint).toContain('restore it from Git');
    expect(findings[0]?.at).toMatchObject({
      file: FILE,
      line: expect.any(Number),
      excerpt: expect.any(String),
    });
  });

  it.each([
    ['a pin', `image: redis@sha256:${good}\n    surface: {}`, 'surface'],
    ['a signer', `image: redis@sha256:${good}\n    signer: {identity: x, issuer: key, log: 1}`, 'log'],
  ])(
    'with a field in %s that only a newer mcpform knows is refused, since writing would lose it',
    (_, pin, key) => {
      const { lock, findings } = refuse(pin);
      expect(lock).toBeNull();
      expect(findings).toMatchObject([
        {
          code: 'LOCK_NEWER',
          message: `unknown key "${key}"`,
          at: { line: 6, excerpt: expect.stringContaining(key) },
        },
      ]);
      expect(findings[0]?.hint).toContain('update mcpform');
    },
  );

  it('is refused for all its faults at once, and so are all others', () => {
    const text = `${HEAD}servers:
  a: { image: redis }
  b: { package: "npm:x@1", tree: sha256:1 }
  c: { image: "x@${sha256(1)}", newer: 1 }
ownership: { d: { digest: x } }
`;
    expect(
      parse(text).findings.map(({ code, at }) => `${at?.line}:${at?.column} ${code} ${at?.pointer}`),
    ).toEqual([
      '4:15 LOCK_INVALID /servers/a/image',
      '5:34 LOCK_INVALID /servers/b/tree',
      expect.stringMatching(/^6:\d+ LOCK_NEWER \/servers\/c\/newer$/),
      '7:27 LOCK_INVALID /ownership/d/digest',
    ]);
  });

  it('is refused without its seal, and with the seal of other lines', () => {
    const lock = lockOf({ a: npmPin('a', '1.0.0', '^1'), b: npmPin('a', '1.0.1', '^1') });
    const text = printLock(lock);
    expect(parse(text).lock).toEqual(lock);
    expect(codes(text.replace(/ +seal: .*\n/g, ''))).toEqual(['LOCK_MIXED', 'LOCK_MIXED']);
    const [one = '', other = ''] = [...text.matchAll(/^ +tree: (.*)$/gm)].map(([, tree]) => tree as string);
    const swapped = text.replace(one, '%').replace(other, one).replace('%', other);
    const { lock: read, findings } = parse(swapped);
    expect(read).toBeNull();
    expect(findings).toMatchObject([
      { code: 'LOCK_MIXED', at: { pointer: '/servers/a', excerpt: '  a:' } },
      { code: 'LOCK_MIXED', at: { pointer: '/servers/b', excerpt: '  b:' } },
    ]);
    expect(findings[0]?.hint).toContain('remove the lines of "a" and run `mcpform lock`');
  });

  it('keeps its seal when another tool changes the image, and not when the signer is another', () => {
    const text = printLock(lockOf({ a: imagePin('x:1', 1, ACTIONS) }));
    const moved = text.replace(`x:1@${sha256(1)}`, `y:2@${sha256(2)}`);
    expect(parse(moved).lock?.servers['a']).toEqual(imagePin('y:2', 2, ACTIONS));
    expect(codes(text.replace('release.yml', 'other.yml'))).toEqual(['LOCK_MIXED']);
    expect(codes(text.replace(/ +signer:\n.*\n.*\n/, ''))).toEqual(['LOCK_MIXED']);
    expect(codes(text.replace('  a:', '  b:'))).toEqual(['LOCK_MIXED']);
  });
});

describe('ownership', () => {
  it('with a field that only a newer mcpform knows is refused, and the place is named', () => {
    const text = `${HEAD}ownership: {claude-code/project/a: {digest: "${sha256('a')}", signer: x}}`;
    expect(parse(text)).toMatchObject({
      lock: null,
      findings: [
        {
          code: 'LOCK_NEWER',
          at: { pointer: '/ownership/claude-code~1project~1a/signer', part: 'key', line: 3 },
        },
      ],
    });
  });

  it('is sealed as soon as it has more than a digest', () => {
    const entry = { digest: sha256(1), adopted: true, protect: true };
    const text = printLock(lockOf({}, { ownership: { 'claude-code/project/a': entry } }));
    expect(parse(text).lock?.ownership).toEqual({ 'claude-code/project/a': entry });
    expect(codes(text.replace(/ +protect: true\n/, ''))).toEqual(['LOCK_MIXED']);
    expect(codes(text.replace(/ +adopted: true\n/, ''))).toEqual(['LOCK_MIXED']);
    expect(codes(text.replace('project/a', 'project/b'))).toEqual(['LOCK_MIXED']);
  });
});

describe('what a server offers', () => {
  const offer = {
    instructions: sha256('i'),
    tools: { create_issue: sha256(1), 'a: "b"': sha256(2) },
    prompts: { seal: sha256(3) },
  };
  const text = printLock(lockOf({}, { offers: { github: offer } }));

  it('is read back, whatever the server calls its tools', () => {
    expect(parse(text)).toEqual({ lock: lockOf({}, { offers: { github: offer } }), findings: [] });
  });

  it('is refused without a line, with a line of another, and under another name', () => {
    expect(codes(text.replace(/ +create_issue: .*\n/, ''))).toEqual(['LOCK_MIXED']);
    expect(codes(text.replace(sha256(1), sha256(4)))).toEqual(['LOCK_MIXED']);
    expect(codes(text.replace('  github:', '  gitlab:'))).toEqual(['LOCK_MIXED']);
    expect(codes(text.replace(/ +seal: h1.*\n/, ''))).toEqual(['LOCK_INVALID']);
  });

  it.each([
    ['a control character', String.raw`"a\u001bb"`],
    ['a character that turns the line around', String.raw`"a\u202eb"`],
    ['nothing', '""'],
    ['the prototype', '__proto__'],
  ])('has no tool whose name is %s', (_, name) => {
    const [code] = codes(text.replace('create_issue', name));
    expect(code).toBe(name === '""' ? 'LOCK_INVALID' : 'YAML_KEY');
  });

  it('has no digest of another length', () => {
    expect(codes(text.replace(sha256(1), 'sha256:12'))).toEqual(['LOCK_INVALID']);
  });
});

describe('ownershipDigest', () => {
  it('is the sha256 of the canonical JSON, whatever the order of keys', () => {
    expect(ownershipDigest({ type: 'stdio', command: 'x' })).toBe(
      ownershipDigest({ command: 'x', type: 'stdio' }),
    );
    // printf '{"a":1}' | sha256sum
    expect(ownershipDigest({ a: 1 })).toBe(
      'sha256:015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
    );
  });
});
