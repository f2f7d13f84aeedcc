import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import type { Server } from '../../src/model/manifest.ts';
import { server, stack } from './stack.ts';
import { surroundings } from './surroundings.ts';

function digestOf(more: Partial<Server>): string {
  const { desired } = desire(stack([server('a', more)]), surroundings());
  return desired.find(({ kind }) => kind === 'entry')?.launchDigest ?? '';
}

const remote = (url: string, more: Partial<Server> = {}): Partial<Server> => ({
  runtime: { kind: 'url', url },
  transport: 'http',
  args: [],
  ...more,
});
const image = (engine: Server['engine'] = {}, more: Partial<Server> = {}): Partial<Server> => ({
  runtime: { kind: 'image', image: `mcp:1@sha256:${'3f'.repeat(32)}` },
  engine,
  ...more,
});
const npm = { kind: 'package', ecosystem: 'npm', name: 'mcp', version: '1.0.0' } as const;

describe('the launch digest', () => {
  it('is a sha256 of text', () => {
    expect(digestOf({})).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each<[string, Partial<Server>, Partial<Server>]>([
    ['the command', {}, { runtime: { kind: 'command', command: 'deno' } }],
    ['an argument', {}, { args: ['other.js'] }],
    ['where arguments are split', { args: ['a b'] }, { args: ['a', 'b'] }],
    ['a variable in an argument', { args: [[{ env: 'A' }]] }, { args: [[{ env: 'B' }]] }],
    ['NODE_OPTIONS', {}, { env: { NODE_OPTIONS: '--require ./x.js' } }],
    ['LD_PRELOAD', { env: { LD_PRELOAD: 'a' } }, { env: { LD_PRELOAD: 'b' } }],
    ['the registry npm asks', { env: {} }, { env: { npm_config_registry: 'https://evil.example' } }],
    ['the version', { runtime: npm }, { runtime: { ...npm, version: '1.0.1' } }],
    ['the bin', { runtime: npm }, { runtime: npm, bin: 'other' }],
    ['the arguments of a package', { runtime: npm }, { runtime: npm, args: ['--config', 'x'] }],
    ['the host', remote('https://a.example/x'), remote('https://b.example/x')],
    ['the scheme', remote('https://a.example/x'), remote('http://a.example/x')],
    ['the port', remote('https://a.example/x'), remote('https://a.example:8443/x')],
    [
      'headersHelper',
      remote('https://a.example/x'),
      remote('https://a.example/x', { client: { headersHelper: 'id' } }),
    ],
    ['a command for a url', {}, remote('https://a.example/x')],
    ['the engine', image(), image({ engine: 'lab' })],
    [
      'the engine of a service',
      image({ port: 80 }, { transport: 'http' }),
      image({ port: 80, engine: 'lab' }, { transport: 'http' }),
    ],
    ['the program in a container', image(), image({ entrypoint: ['sh'] })],
    ['a folder of the host', image(), image({ volumes: ['/srv:/srv'] })],
    ['who may write to it', image({ volumes: ['/srv:/srv'] }), image({ volumes: ['/srv:/srv:rw'] })],
    ['a capability', image(), image({ security: { addCapabilities: ['NET_RAW'] } })],
    ['a host that is another address', image(), image({ extraHosts: { 'api.example': '10.0.0.1' } })],
    [
      'where a port is published',
      image({ port: 80 }, { transport: 'http' }),
      image({ port: 80, publish: '0.0.0.0:80' }, { transport: 'http' }),
    ],
  ])('changes with %s', (_, before, after) => {
    expect(digestOf(before)).not.toBe(digestOf(after));
  });

  it.each<[string, Partial<Server>, Partial<Server>]>([
    ['another variable', {}, { env: { LEVEL: 'debug' } }],
    ['the description', {}, { description: 'x' }],
    ['the timeout', {}, { timeoutMs: 5 }],
    ['a path on the same origin', remote('https://a.example/x'), remote('https://A.example:443/y?z=1')],
    ['a header', remote('https://a.example/x'), remote('https://a.example/x', { headers: { A: 'b' } })],
    [
      'how a variable is spelt',
      { args: [[{ env: 'GITHUB_TOKEN' }]] },
      { args: [[{ secret: 'github-token' }]] },
    ],
    ['how much a container gets', image(), image({ resources: { memory: '1g', pids: 20 } })],
    ['a label', image(), image({ labels: { a: 'b' } })],
    [
      'the port that a service is published on',
      image({ port: 80 }, { transport: 'http' }),
      image({ port: 80, publish: 3001 }, { transport: 'http' }),
    ],
    ['how text is cut into parts', { args: ['ab'] }, { args: [['a', 'b']] }],
  ])('stays with %s', (_, before, after) => {
    expect(digestOf(before)).toBe(digestOf(after));
  });

  it('takes the whole text where the origin is a variable', () => {
    const url = (path: string): Partial<Server> => ({
      ...remote(''),
      runtime: { kind: 'url', url: ['https://', { env: 'HOST' }, path] },
    });
    expect(digestOf(url('/a'))).not.toBe(digestOf(url('/b')));
  });
});
