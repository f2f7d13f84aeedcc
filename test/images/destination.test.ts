import { describe, expect, it } from 'vitest';
import { parseDestination, repositoryAt } from '../../src/engine/images/destination.ts';
import { parseImageReference } from '../../src/model/image-reference.ts';

describe('where images go', () => {
  it.each([
    ['registry.example.com', 'redis:7', 'registry.example.com', 'library/redis'],
    ['registry.example.com/', 'redis:7', 'registry.example.com', 'library/redis'],
    ['registry.example.com/team', 'ghcr.io/acme/tools/x:1', 'registry.example.com', 'team/acme/tools/x'],
    ['Registry.Example.com:5000/a/b', 'mcp/x:1', 'registry.example.com:5000', 'a/b/mcp/x'],
    ['localhost/team', 'x', 'localhost', 'team/library/x'],
    ['127.0.0.1:5000', 'x', '127.0.0.1:5000', 'library/x'],
    ['[::1]:5000/t', 'x', '[::1]:5000', 't/library/x'],
    ['docker.io/acme', 'ghcr.io/acme/x:1', 'docker.io', 'acme/acme/x'],
    ['index.docker.io/acme', 'ghcr.io/acme/x:1', 'docker.io', 'acme/acme/x'],
  ])('%s takes %s as %s, %s', (text, image, registry, repository) => {
    const to = parseDestination(text);
    expect(to.registry).toBe(registry);
    expect(repositoryAt(to, parseImageReference(image))).toBe(repository);
  });

  it.each([
    ['https://registry.example.com', 'scheme'],
    ['team', 'begins with a name'],
    ['team/mirror', 'begins with a name'],
    ['', 'does not begin with a registry'],
    ['-registry.example.com', 'does not begin with a registry'],
    ['user:pw@registry.example.com', 'does not begin with a registry'],
    ['registry.example.com/Team', '"Team"'],
    ['registry.example.com//team', '""'],
    ['registry.example.com/../team', '".."'],
    ['registry.example.com/team:1.0', '"team:1.0"'],
    ['registry.example.com/team@sha256:00', '"team@sha256:00"'],
    ['registry.example.com/team/-x', '"-x"'],
    ['registry.example.com/%2e%2e', '"%2e%2e"'],
  ])('%j is refused', (text, why) => {
    expect(() => parseDestination(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => parseDestination(text)).toThrow(why);
  });

  it('is never longer than a repository may be', () => {
    const to = parseDestination(`registry.example.com/${'a'.repeat(250)}`);
    expect(() => repositoryAt(to, parseImageReference('acme/tools'))).toThrow('255');
  });
});
