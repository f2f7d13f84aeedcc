import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packageText, readPackageText } from '../../src/lock/package-text.ts';
import { readPackage } from '../../src/manifest/read-package.ts';
import { hex } from './locks.ts';

/** What the manifest's own reader makes of a text; null where it has a finding. */
function read(text: string) {
  const found: string[] = [];
  const problems = { error: (code: string) => found.push(code) } as unknown as Parameters<
    typeof readPackage
  >[2];
  const name = readPackage(text, [], problems);
  return found.length === 0 ? name : null;
}

it.each([
  ['npm:@scope/name@1.2.3', 'npm:@scope/name@1.2.3'],
  ['npm:name', 'npm:name'],
  ['npm:name@>=1 <2 || latest', 'npm:name@>=1 <2 || latest'],
  ['pypi:name==1.0', 'pypi:name@1.0'],
  ['pypi:name[a,b]@1.0', 'pypi:name[a,b]@1.0'],
  ['git:https://git.example.com/a/b@main', 'git:https://git.example.com/a/b@main'],
  ['git:ssh://git@git.example.com/a/b.git', 'git:ssh://git@git.example.com/a/b.git'],
  ['mcpb:./a.mcpb', 'mcpb:./a.mcpb'],
  [`mcpb:https://example.com/a.mcpb#sha256:${hex(1)}`, `mcpb:https://example.com/a.mcpb#sha256:${hex(1)}`],
])('"%s" in a manifest is "%s"', (written, text) => {
  const name = read(written);
  expect(name).not.toBeNull();
  if (name !== null) expect(packageText(name)).toBe(text);
});

it('is read back as what the manifest has, whatever that is', () => {
  const part = fc.stringMatching(/^[a-z0-9~._-]{1,8}$/);
  const version = fc.stringMatching(/^[A-Za-z0-9.^~*<>=|+ !_/-]{1,12}$/);
  const url = fc.stringMatching(/^(https|ssh):\/\/([a-z]+@)?[a-z0-9.[\]:/]{1,20}$/);
  const text = fc.oneof(
    fc.tuple(fc.constantFrom('npm:', 'npm:@a/', 'pypi:', 'mcpb:'), part).map((parts) => parts.join('')),
    fc
      .tuple(fc.constantFrom('npm:', 'npm:@a/', 'pypi:', 'pypi:x[a]'), part, version)
      .map(([a, b, c]) => `${a}${b}@${c}`),
    fc.tuple(url, version).map(([address, reference]) => `git:${address}@${reference}`),
    url.map((address) => `git:${address}`),
    fc
      .tuple(url, fc.constantFrom('', `#sha256:${hex(1)}`))
      .map(([address, digest]) => `mcpb:${address}.mcpb${digest}`),
  );
  let accepted = 0;
  fc.assert(
    fc.property(text, (written) => {
      const name = read(written);
      if (name === null) return;
      accepted += 1;
      expect(readPackageText(packageText(name))).toEqual(name);
    }),
    { numRuns: 3000 },
  );
  expect(accepted).toBeGreaterThan(500);
});

it('reads nothing else', () => {
  for (const text of [
    '',
    'npm',
    'npm:',
    'cargo:x@1',
    'constructor:x',
    'npm:-x@1',
    `npm:${'x'.repeat(5000)}`,
    'git:file:///x',
  ]) {
    expect(readPackageText(text)).toBeNull();
  }
});
