import { describe, expect, it } from 'vitest';
import type { Server } from '../../src/model/manifest.ts';
import { here, policy, verdict } from './world.ts';

const secret = [{ secret: 'linear' }];
const wrapped = (more: Partial<Server>): Partial<Server> => ({ env: { TOKEN: secret }, ...more });
const open = { secrets: { allow: ['exec:*'] } };

describe('a program that mcpform starts because it needs a secret', () => {
  const program = (command: string): Partial<Server> =>
    wrapped({ runtime: { kind: 'command', command }, args: ['x.js'] });

  it('is judged as the program it is, not as mcpform', () => {
    const rules = policy({ ...open, commands: { allow: ['node **'] } });
    expect(verdict(rules, program('node'))).toMatch(/^allow/);
    expect(verdict(rules, program('evil'))).toMatch(/^deny/);
    const launcher = policy({ ...open, commands: { allow: ['/usr/bin/node **'] } });
    expect(verdict(launcher, program('evil'))).toMatch(/^deny/);
  });

  it('is judged by the variables that only its launch has', () => {
    const more = { runtime: { kind: 'command', command: 'node' }, env: { NODE_OPTIONS: secret } } as const;
    expect(verdict(policy({ ...open, loaderVariables: { deny: ['NODE_OPTIONS'] } }), more)).toMatch(/^deny/);
  });
});

describe('headers that mcpform prints', () => {
  it('are no header helper of the manifest’s', () => {
    const more: Partial<Server> = {
      runtime: { kind: 'url', url: 'https://mcp.example.com/' },
      transport: 'http',
      args: [],
      headers: { Authorization: secret },
    };
    const rules = policy({ ...open, headersHelper: { default: 'deny' } });
    expect(verdict(rules, more)).toMatch(/^allow/);
    expect(verdict(rules, { ...more, headers: {}, client: { headersHelper: '/opt/x' } })).toMatch(/^deny/);
  });
});

describe('where nobody looks', () => {
  const unattended = (rules: Parameters<typeof verdict>[0], more: Partial<Server>): string =>
    verdict(rules, more, here, { isUnattended: true });
  const url = { runtime: { kind: 'url', url: 'https://x.example/' }, transport: 'http', args: [] } as const;

  it.each<[string, Partial<Server>, Parameters<typeof policy>[0]]>([
    ['a program', {}, { commands: { allow: ['node **'] } }],
    [
      'a package',
      { runtime: { kind: 'package', ecosystem: 'npm', name: 'x', version: '1.0.0' }, args: [] },
      { packages: { allow: ['npm:x*'] } },
    ],
    ['a secret', { ...url, headers: { A: secret } }, { secrets: { allow: ['exec:*'] } }],
    [
      'a header helper',
      { ...url, client: { headersHelper: '/opt/x' } },
      { headersHelper: { allow: ['/opt/x'] } },
    ],
  ])('%s is refused until a policy speaks of it', (_, more, rules) => {
    expect(unattended([], more)).toMatch(/^deny/);
    expect(unattended(policy({ scopes: { allow: ['user'] } }), more)).toMatch(/^deny/);
    expect(unattended(policy(rules), more)).toBe('allow');
    expect(unattended([policy(rules), policy({ scopes: { allow: ['user'] } })], more)).toBe('allow');
  });

  it('a server that runs elsewhere and gets nothing needs no word', () => {
    expect(unattended([], url)).toBe('allow');
  });
});
