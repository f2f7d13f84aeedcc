import { describe, expect, it } from 'vitest';
import { isDowngrade } from '../../src/lock/is-downgrade.ts';

describe('a downgrade', () => {
  it.each([
    ['npm:x@1.2.3', 'npm:x@1.2.2'],
    ['npm:x@1.10.0', 'npm:x@1.9.9'],
    ['npm:@scope/x@2.0.0', 'npm:@scope/x@1.99.0'],
    ['npm:x@1.0.0', 'npm:x@1.0.0-rc.1'],
    ['npm:x@1.0.0-rc.2', 'npm:x@1.0.0-rc.1'],
    ['pypi:x@2026.8.31', 'pypi:x@2026.8.4'],
    ['pypi:x@2.0.0', 'pypi:x@2.0.0rc1'],
    ['pypi:x[cli]@1.1', 'pypi:x[cli]@1.0.9'],
    ['ghcr.io/acme/x:1.2', 'ghcr.io/acme/x:1.1'],
    ['127.0.0.1:5000/x:v2', '127.0.0.1:5000/x:v1.9'],
    ['redis:7', 'docker.io/library/redis:6.2'],
  ])('is %s → %s', (before, after) => {
    expect(isDowngrade(before, after)).toBe(true);
    expect(isDowngrade(after, before)).toBe(false);
  });

  it.each([
    ['the same', 'npm:x@1.2.3', 'npm:x@1.2.3'],
    ['another package', 'npm:x@1.2.3', 'npm:y@1.0.0'],
    ['another ecosystem', 'npm:x@1.2.3', 'pypi:x@1.0.0'],
    ['another image', 'ghcr.io/acme/x:2', 'ghcr.io/acme/y:1'],
    ['a tag without an order', 'ghcr.io/acme/x:latest', 'ghcr.io/acme/x:1.0'],
    ['another flavour', 'redis:7.0', 'redis:7.0-alpine'],
    ['a post release', 'pypi:x@1.0.post1', 'pypi:x@1.0'],
    [
      'another commit',
      `git:https://x.example/y@${'9'.repeat(40)}`,
      `git:https://x.example/y@${'1'.repeat(40)}`,
    ],
    ['a bundle', 'mcpb:https://x.example/a.mcpb', 'mcpb:https://x.example/a.mcpb'],
    ['an image without a tag', 'redis', 'redis:1'],
  ])('is not %s', (_, before, after) => {
    expect(isDowngrade(before, after)).toBe(false);
  });
});
