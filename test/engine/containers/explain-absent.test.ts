import { describe, expect, it } from 'vitest';
import { assertKnown, explainAbsent } from '../../../src/engine/containers/explain-absent.ts';
import type { Manifest, Runtime, Server, Transport } from '../../../src/model/manifest.ts';

function manifestWith(runtime: Runtime, transport: Transport = 'stdio', client = 'claude-code') {
  const server = { name: 'github', runtime, transport, targets: [{ client, scope: 'user' }] };
  return { servers: [server as unknown as Server] } satisfies Pick<Manifest, 'servers'>;
}

const none = { gone: [] };

describe('a server that nobody knows', () => {
  const manifest = manifestWith({ kind: 'image', image: 'x' });

  it('is refused with the name that is nearest, of the books too', () => {
    const where = { services: [{ server: 'everything', engine: 'docker', name: 'x', id: null }] };
    expect(() => assertKnown('gitub', manifest, where)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'did you mean "github"?' }),
    );
    expect(() => assertKnown('everythin', manifest, where)).toThrow(
      expect.objectContaining({ hint: 'did you mean "everything"?' }),
    );
    expect(() => assertKnown('everything', manifest, where)).not.toThrow();
  });
});

describe('a server without a container', () => {
  it.each([
    [{ kind: 'command', command: 'npx' }, 'stdio', 'is a command', 'mcp-logs-github'],
    [
      { kind: 'package', ecosystem: 'npm', name: '@acme/github' },
      'stdio',
      'is the package "npm:@acme/github"',
      'mcp-logs-github',
    ],
    [
      { kind: 'url', url: 'https://mcp.example.com/t/s3cret?key=s3cret' },
      'http',
      'is "mcp.example.com"',
      'whoever runs it has its log',
    ],
    [{ kind: 'image', image: 'x' }, 'stdio', 'its client starts one', 'its log went with it'],
    [{ kind: 'image', image: 'x' }, 'http', 'has no container yet', 'mcpform apply'],
  ] as readonly (readonly [Runtime, Transport, string, string])[])(
    'is told what it is: %j over %s',
    (runtime, transport, message, hint) => {
      const error = explainAbsent('github', manifestWith(runtime, transport), none);
      expect(error).toMatchObject({ code: 'ENGINE_CONTAINER_ABSENT' });
      expect(error.message).toContain(message);
      expect(error.hint).toContain(hint);
      expect(`${error.message}${error.hint}`).not.toContain('s3cret');
    },
  );

  it('is told that it is gone from where it was, declared or not', () => {
    const gone = [{ server: 'github', engine: 'docker@lab', name: 'tools.github', id: 'a'.repeat(64) }];
    for (const manifest of [manifestWith({ kind: 'image', image: 'x' }, 'http'), { servers: [] }]) {
      expect(explainAbsent('github', manifest, { gone }).message).toBe(
        'the container "tools.github" of server "github" is gone from docker@lab',
      );
    }
  });

  it('names no log of a client that it does not know', () => {
    const manifest = manifestWith({ kind: 'command', command: 'npx' }, 'stdio', 'other');
    expect(explainAbsent('github', manifest, none).hint).toBe('its client has what it wrote to stderr');
  });
});
