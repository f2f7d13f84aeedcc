import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import type { Server } from '../../src/model/manifest.ts';
import { checkPolicy } from '../../src/policy/check-policy.ts';
import type { Exception, Policy, Subject } from '../../src/policy/policy.ts';
import { server, stack } from '../graph/stack.ts';
import { surroundings } from '../graph/surroundings.ts';
import { here, hosts, policy, verdict } from './world.ts';

const TODAY = '2026-11-20';
const excepting = (
  rule: Exception['rule'],
  servers: Exception['servers'],
  until = '2026-12-31',
): Exception => ({
  rule,
  servers,
  reason: 'moves in spring',
  until,
  at: { file: '/etc/mcpform/policy.yaml', pointer: '/exceptions/0' },
});
const denying = (subject: Subject, exceptions: readonly Exception[], file?: string): Policy => ({
  ...policy({ [subject]: { default: 'deny' } }, file),
  exceptions,
});

/** `severity CODE address`, each. */
function said(policies: readonly Policy[], servers: readonly Server[], today = TODAY): readonly string[] {
  const { desired } = desire(stack(servers), surroundings());
  const setting = { rendered: new Map(), source: here, hosts, today };
  return checkPolicy(policies, desired, setting).map(
    ({ severity, code, address }) => `${severity} ${code} ${address ?? '-'}`,
  );
}

const url = (name: string) =>
  server(name, { runtime: { kind: 'url', url: 'https://mcp.example.com/' }, transport: 'http', args: [] });
const image = (name: string) =>
  server(name, {
    runtime: { kind: 'image', image: `ghcr.io/acme/x:1@sha256:${'3f'.repeat(32)}` },
    transport: 'http',
    args: [],
    engine: { port: name === 'a' ? 3001 : 3002 },
  });

describe('an exception from a rule', () => {
  it('lets pass what the rule denies, for the servers that it names, and says so', () => {
    const one = denying('urlHosts', [excepting('urlHosts', ['far'])]);
    expect(said([one], [url('far'), url('near')])).toEqual([
      'info POLICY_EXCEPTION claude-code/user/far',
      'error POLICY_DENIED claude-code/user/near',
    ]);
  });

  it.each([
    ['of another rule', excepting('images', ['*'])],
    ['of a check', excepting('url-without-tls', ['*'])],
    ['that has expired', excepting('urlHosts', ['*'], '2026-11-19')],
    ['for another server', excepting('urlHosts', ['fa'])],
  ])('%s lets nothing pass', (_, exception) => {
    expect(said([denying('urlHosts', [exception])], [url('far')])).toEqual([
      'error POLICY_DENIED claude-code/user/far',
    ]);
  });

  it('in the user’s policy does not lift the rule of the machine’s', () => {
    const machine = denying('urlHosts', []);
    const mine = denying('urlHosts', [excepting('urlHosts', ['*'])], '/home/ann/policy.yaml');
    expect(said([machine, mine], [url('far')])).toEqual([
      'error POLICY_DENIED claude-code/user/far',
      'info POLICY_EXCEPTION claude-code/user/far',
    ]);
  });

  it('lifts what servers share only when it means all of them', () => {
    const denied = (servers: Exception['servers']) =>
      said([denying('registries', [excepting('registries', servers)])], [image('a'), image('b')]).filter(
        (line) => line.startsWith('error'),
      );
    expect(denied(['a', 'b'])).toEqual([]);
    expect(denied(['a'])).toEqual([
      `error POLICY_DENIED docker/image/ghcr.io/acme/x@${'3f'.repeat(6)}`,
      'error POLICY_DENIED docker/container/b',
    ]);
  });

  it('lifts the source by `*` alone', () => {
    const sources = (servers: Exception['servers']) =>
      said([denying('sources', [excepting('sources', servers)])], [url('far')]);
    expect(sources(['far'])).toEqual(['error POLICY_DENIED -']);
    expect(sources(['*'])).toEqual(['info POLICY_EXCEPTION -']);
  });

  it('lets nothing pass where no day is known', () => {
    const { desired } = desire(stack([url('far')]), surroundings());
    const policies = [denying('urlHosts', [excepting('urlHosts', ['*'])])];
    const findings = checkPolicy(policies, desired, { rendered: new Map(), source: here, hosts });
    expect(findings.map(({ code }) => code)).toEqual(['POLICY_DENIED']);
  });
});

describe('transports', () => {
  const remote = (transport: 'http' | 'sse' | 'ws'): Partial<Server> => ({
    runtime: { kind: 'url', url: 'https://mcp.example.com/' },
    transport,
    args: [],
  });

  it.each([
    ['stdio', {}, 'allow'],
    ['http', remote('http'), 'allow'],
    ['sse', remote('sse'), 'deny transport "sse"'],
    ['ws', remote('ws'), 'deny transport "ws"'],
  ])('%s', (_, more, expected) => {
    expect(verdict(policy({ transports: { allow: ['stdio', 'http'] } }), more)).toBe(expected);
  });

  it('of a container are judged where it is and where its client is told of it', () => {
    expect(said([policy({ transports: { deny: ['http'] } })], [image('a')])).toEqual([
      'error POLICY_DENIED docker/container/a',
      'error POLICY_DENIED claude-code/user/a',
    ]);
  });
});
