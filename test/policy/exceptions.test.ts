import { describe, expect, it } from 'vitest';
import { dayOf, endingFindings, exceptionFor } from '../../src/policy/exceptions.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import type { Exception, Policy } from '../../src/policy/policy.ts';
import { check, NOW_MS, policyOf } from './checks/world.ts';

const PLAIN = { manifest: 'servers:\n  far-1: { url: "http://mcp.example.com/" }\n' };
const granting = (more: string, level = 'deny', file = '/org/policy.yaml'): Policy =>
  policyOf(
    `checks: { url-without-tls: ${level} }
exceptions:
  - { rule: url-without-tls, servers: ["far-*"], reason: "moves in spring", until: 2026-12-31${more} }\n`,
    file,
  );
const said = async (policies: readonly Policy[], nowMs = NOW_MS) =>
  (await check(PLAIN, policies, { nowMs })).map(({ code, severity }) => `${severity} ${code}`);

describe('an exception', () => {
  it('lets pass what it names, and a note says what, until when and why', async () => {
    const [finding, ...more] = await check(PLAIN, [granting('')]);
    expect(more).toEqual([]);
    expect([finding?.code, finding?.severity, finding?.at?.line]).toEqual(['POLICY_EXCEPTION', 'info', 5]);
    expect(finding?.message).toBe(
      'server "far-1": host "mcp.example.com" is called without encryption (url-without-tls): let pass until 2026-12-31 by the policy "/org/policy.yaml": moves in spring',
    );
  });

  it('holds within its own policy alone: it does not lift what another one denies', async () => {
    const mine = granting('', 'warn', '/home/ann/.config/mcpform/policy.yaml');
    const machine = policyOf('checks: { url-without-tls: deny }', '/etc/mcpform/policy.yaml');
    const expected = ['error CHECK_URL_WITHOUT_TLS', 'info POLICY_EXCEPTION'];
    expect(await said([machine, mine])).toEqual(expected);
    expect(await said([mine, machine])).toEqual(expected);
  });

  it.each([
    ['the last minute of its last day in UTC', Date.UTC(2026, 11, 31, 23, 59), 'info POLICY_EXCEPTION'],
    ['the first moment of the day after', Date.UTC(2027, 0, 1), 'error CHECK_URL_WITHOUT_TLS'],
  ])('on %s', async (_, nowMs, expected) => {
    expect(await said([granting('')], nowMs)).toEqual([expected]);
  });

  it.each<[string, Exception['servers'], boolean]>([
    ['far-1', ['far-*'], true],
    ['far', ['far-*'], false],
    ['very-far-1', ['far-*'], false],
    ['far-1', ['far'], false],
    ['far-1', ['far-1'], true],
    ['Far-1', ['far-*'], false],
    ['far-1', ['near', '*-1'], true],
  ])('means the server %s by %j: %s', (server, servers, isMeant) => {
    const [exception] = granting('').exceptions ?? [];
    if (exception === undefined) throw new Error('no exception was read');
    const found = exceptionFor(
      { exceptions: [{ ...exception, servers }] },
      { rule: 'url-without-tls', servers: [server] },
      dayOf(NOW_MS),
    );
    expect(found !== null).toBe(isMeant);
  });

  it('must mean every server that shares a thing, and by `*` alone what is no server’s', () => {
    const { exceptions = [] } = granting('');
    const lifts = (servers: readonly string[], patterns: Exception['servers'] = ['far-*']) =>
      exceptionFor(
        { exceptions: exceptions.map((each) => ({ ...each, servers: patterns })) },
        { rule: 'url-without-tls', servers },
        dayOf(NOW_MS),
      ) !== null;
    expect([lifts(['far-1', 'far-2']), lifts(['far-1', 'near']), lifts([]), lifts([], ['*'])]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('lifts no demand for signatures: `image-unsigned` is about the check of that name alone', () => {
    const policy = policyOf(`checks: {}
signatures: { "ghcr.io/acme/*": { key: /etc/cosign.pub } }
exceptions: [{ rule: image-unsigned, servers: ["*"], reason: x, until: 2026-12-31 }]\n`);
    expect(policy.signatures).toHaveLength(1);
    const bytes = new TextEncoder().encode(
      'apiVersion: mcpform/v1\nkind: Policy\nrules: {}\nexceptions: [{ rule: signatures, servers: ["*"], reason: x, until: 2026-12-31 }]\n',
    );
    expect(parsePolicy(bytes, '/p.yaml').findings.map(({ code }) => code)).toEqual(['POLICY_INVALID']);
  });
});

describe('the end of an exception', () => {
  const endings = (nowMs: number) =>
    endingFindings([granting('')], dayOf(nowMs)).map(
      ({ code, severity, at }) => `${severity} ${code} ${at?.file}:${at?.line}`,
    );

  it.each([
    ['two weeks and a day before', Date.UTC(2026, 11, 16, 23), []],
    ['two weeks before', Date.UTC(2026, 11, 17), ['info POLICY_EXCEPTION_ENDING /org/policy.yaml:5']],
    ['on its last day', Date.UTC(2026, 11, 31, 12), ['info POLICY_EXCEPTION_ENDING /org/policy.yaml:5']],
    ['the day after', Date.UTC(2027, 0, 1), ['warning POLICY_EXCEPTION_EXPIRED /org/policy.yaml:5']],
  ])('%s', (_, nowMs, expected) => {
    expect(endings(nowMs)).toEqual(expected);
  });
});

describe('an exception as it is written', () => {
  it.each([
    ['without a reason', '{ rule: mounts, servers: [a], until: 2026-12-31 }'],
    ['with an empty reason', '{ rule: mounts, servers: [a], reason: " ", until: 2026-12-31 }'],
    ['without an end', '{ rule: mounts, servers: [a], reason: x }'],
    ['that ends on no day', '{ rule: mounts, servers: [a], reason: x, until: 2026-02-30 }'],
    ['that ends never', '{ rule: mounts, servers: [a], reason: x, until: never }'],
    ['with a time', '{ rule: mounts, servers: [a], reason: x, until: "2026-12-31T00:00:00Z" }'],
    ['for no server', '{ rule: mounts, servers: [], reason: x, until: 2026-12-31 }'],
    [
      'for a name that no server can have',
      '{ rule: mounts, servers: ["a b"], reason: x, until: 2026-12-31 }',
    ],
    ['with a misspelt key', '{ rule: mounts, server: [a], servers: [a], reason: x, until: 2026-12-31 }'],
  ])('%s denies everything', (_, exception) => {
    const text = `apiVersion: mcpform/v1\nkind: Policy\nrules: {}\nexceptions: [${exception}]\n`;
    const { policy, findings } = parsePolicy(new TextEncoder().encode(text), '/p.yaml');
    expect(policy).toBeNull();
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['POLICY_INVALID', 'error']]);
  });

  it('says nothing alone: a policy needs something to except from', () => {
    const text = `apiVersion: mcpform/v1\nkind: Policy\nexceptions: []\n`;
    expect(parsePolicy(new TextEncoder().encode(text), '/p.yaml').policy).toBeNull();
  });
});
