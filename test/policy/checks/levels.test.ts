import { describe, expect, it } from 'vitest';
import policySchema from '../../../schemas/policy.schema.json' with { type: 'json' };
import { judgeChecks } from '../../../src/engine/judge-checks.ts';
import { dotted } from '../../../src/formats/yaml-schema.ts';
import { desire } from '../../../src/graph/desire.ts';
import { CODES } from '../../../src/model/codes.ts';
import { EXIT } from '../../../src/model/exit-code.ts';
import type { Pin } from '../../../src/model/lock.ts';
import { CHECKS } from '../../../src/policy/checks/table.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { renderFindings } from '../../../src/report/findings.ts';
import { server, stack } from '../../graph/stack.ts';
import { surroundings } from '../../graph/surroundings.ts';
import { ACTIONS, lockOf } from '../../lock/locks.ts';
import { check, NOW_MS, policyOf, type Texts, wordsOf } from './world.ts';

const PLAIN: Texts = { manifest: 'servers:\n  far: { url: "http://mcp.example.com/" }\n' };
const said = async (policies: readonly Policy[], texts: Texts = PLAIN) =>
  (await check(texts, policies)).map(({ code, severity, message }) => `${severity} ${code} ${message}`);
const MESSAGE = 'server "far": host "mcp.example.com" is called without encryption (url-without-tls';

describe('levels', () => {
  it.each([
    ['note', [`info CHECK_URL_WITHOUT_TLS ${MESSAGE})`]],
    ['warn', [`warning CHECK_URL_WITHOUT_TLS ${MESSAGE})`]],
    ['deny', [`error CHECK_URL_WITHOUT_TLS ${MESSAGE}, denied by the policy "/org/policy.yaml")`]],
    ['off', []],
  ])('%s', async (level, expected) => {
    expect(await said([policyOf(`checks: { url-without-tls: ${level} }`)])).toEqual(expected);
  });

  it('are the default ones where a policy asks for checks and does not name one, or nobody wrote one', async () => {
    const expected = [`warning CHECK_URL_WITHOUT_TLS ${MESSAGE})`];
    expect(await said([policyOf('checks: {}')])).toEqual(expected);
    expect(await said([])).toEqual(expected);
    expect(await said([policyOf('rules: {}')])).toEqual(expected);
  });

  it('of several policies the strictest holds, whichever comes first', async () => {
    const lax = policyOf('checks: { url-without-tls: off }', '/lax.yaml');
    const strict = policyOf('checks: { url-without-tls: deny }', '/strict.yaml');
    const expected = [`error CHECK_URL_WITHOUT_TLS ${MESSAGE}, denied by the policy "/strict.yaml")`];
    expect(await said([lax, strict])).toEqual(expected);
    expect(await said([strict, lax])).toEqual(expected);
  });

  it('deny every address of a server, and its image where no other server wants it', async () => {
    const digest = `sha256:${'3f'.repeat(32)}`;
    const over = (name: string, publish: string) =>
      `  ${name}: { image: "r.example/x:1@${digest}", transport: http, port: 1, publish: "${publish}" }\n`;
    const lock = (...names: string[]) =>
      `servers:\n${names.map((name) => `  ${name}: { image: "r.example/x:1@${digest}" }\n`).join('')}`;
    const deny = [policyOf('checks: { wide-port: deny, image-unsigned: off }')];
    const alone = await check({ manifest: `servers:\n${over('a', '0.0.0.0:1')}`, lock: lock('a') }, deny);
    expect(alone.map(({ address }) => address)).toEqual([
      'docker/container/a',
      'claude-code/user/a',
      `docker/image/r.example/x@${'3f'.repeat(6)}`,
    ]);
    const manifest = `servers:\n${over('a', '0.0.0.0:1')}${over('b', '127.0.0.1:2')}`;
    const shared = await check({ manifest, lock: lock('a', 'b') }, deny);
    expect(shared.map(({ address }) => address)).toEqual(['docker/container/a', 'claude-code/user/a']);
  });
});

describe('the table of checks', () => {
  it('has the ids of the schema, each once, with a code of its own that ends with exit code 6', () => {
    const ids = CHECKS.map(({ id }) => id);
    expect([...ids].sort()).toEqual(Object.keys(policySchema.properties.checks.properties).sort());
    expect(new Set(CHECKS.map(({ code }) => code)).size).toBe(CHECKS.length);
    for (const { id, code } of CHECKS) {
      expect([code, CODES[code].exit]).toEqual([
        `CHECK_${id.replaceAll('-', '_').toUpperCase()}`,
        EXIT.denied,
      ]);
    }
  });

  it('can be excepted from by the schema, and so can every rule that judges', () => {
    const excepted = policySchema.$defs.exception.properties.rule.enum;
    const rules = Object.keys(policySchema.properties.rules.properties).filter((rule) => rule !== 'signers');
    expect([...excepted].sort()).toEqual([...CHECKS.map(({ id }) => id), ...rules].sort());
  });
});

describe('a hostile pull request', () => {
  it('gets nothing by an `x-` field, a tag, a label or a name: only a policy has levels and exceptions', async () => {
    const manifest = `x-checks: { url-without-tls: off }
x-exceptions: [{ rule: url-without-tls, servers: ["*"], reason: mine, until: 2999-12-31 }]
servers:
  far:
    url: "http://mcp.example.com/"
    tags: [url-without-tls-off]
    x-policy: { checks: { url-without-tls: off } }
`;
    expect(await said([], { manifest })).toEqual([`warning CHECK_URL_WITHOUT_TLS ${MESSAGE})`]);
  });

  it.each([
    ['checks', '{ url-without-tls: off }'],
    ['exceptions', '[]'],
    ['policy', '{}'],
  ])('cannot write `%s` into its manifest', async (key, value) => {
    await expect(said([], { manifest: `${key}: ${value}\n${PLAIN.manifest}` })).rejects.toThrow('1 error');
  });

  it.each([
    ['a check nobody knows', 'checks: { image-lates: deny }', 'image-latest'],
    ['a level nobody knows', 'checks: { image-latest: error }', 'deny'],
    ['checks as a list', 'checks: [image-latest]', ''],
    [
      'an exception from nothing',
      'checks: {}\nexceptions: [{ rule: all, servers: ["*"], reason: x, until: 2026-12-31 }]',
      '',
    ],
  ])('finds no policy that has %s: it is an error with the nearest known word', (_, text, hint) => {
    const bytes = new TextEncoder().encode(`apiVersion: mcpform/v1\nkind: Policy\n${text}\n`);
    const { policy, findings } = parsePolicy(bytes, '/org/policy.yaml');
    expect([policy, findings.map(({ code }) => code)]).toEqual([null, ['POLICY_INVALID']]);
    expect(JSON.stringify(findings)).toContain(hint);
  });

  it('writes nothing into a terminal, and shows no credential, whatever its fields hold', async () => {
    const token = ['ghp', '_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');
    const evil = '::stop-commands::x<img src=x>`.token';
    const manifest = `x-note: { ${JSON.stringify(evil)}: ${token} }
servers:
  b: { url: "http://mcp.example.com/?key=${token}" }
`;
    const allowedLiterals = [dotted(['x-note', evil]), 'servers.b.url'];
    const findings = await check({ manifest, allowedLiterals }, []);
    const text = renderFindings(findings, { color: false });
    expect(findings.filter(({ code }) => code === 'CHECK_LITERAL_SECRET')).toHaveLength(2);
    expect(text).toContain('stop-commands');
    expect(text).not.toContain(token);
    expect(JSON.stringify(findings)).not.toContain(token);
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|^::/mu);
  });
});

describe('literal-secret', () => {
  const manifest = `servers:
  a:
    command: x
    env:
      MODE_TOKEN: 9f86d081884c7d659a2f
`;

  it.each([
    ['the manifest lists it', { manifest: `allowLiterals: [servers.a.env.MODE_TOKEN]\n${manifest}` }, 9],
    ['--allow-literal names it', { manifest, allowedLiterals: ['servers.a.env.MODE_TOKEN'] }, 8],
  ])('finds what passes because %s', async (_, texts, line) => {
    expect(wordsOf(await check(texts, []))).toEqual([
      `CHECK_LITERAL_SECRET warning ${line}:19 server "a": what looks like a credential is let pass at "env.MODE_TOKEN" (literal-secret)`,
    ]);
  });

  it('says nothing where nothing looks like one', async () => {
    expect(await check({ manifest: 'servers: { a: { command: x, env: { MODE: fast } } }\n' }, [])).toEqual(
      [],
    );
  });
});

it('costs little beside expanding the servers, for 1,000 of them', () => {
  const image = (index: number) => `r.example/x${index}:1`;
  const servers = Array.from({ length: 1000 }, (_, index) =>
    server(`s${index}`, {
      runtime: { kind: 'image', image: image(index) },
      engine: { volumes: [`${index % 10 === 0 ? '/home/ann/.ssh' : '/srv'}/${index}:/d`] },
    }),
  );
  const pins = Object.fromEntries(
    servers.map(({ name }, index): [string, Pin] => [
      name,
      { kind: 'image', image: `${image(index)}@sha256:${'3f'.repeat(32)}`, signer: ACTIONS },
    ]),
  );
  const manifest = stack(servers);
  const expand = () => desire(manifest, surroundings(pins)).desired;
  const resources = expand().map((desired) => ({ desired, attributes: {} }));
  const expansion = { manifest, lock: lockOf(pins), resources };
  const checked = () => judgeChecks(expansion, { policies: [], runsChecks: true, nowMs: NOW_MS });
  expect(checked().denied.size).toBe(100);
  expect(cpuOf(checked) / cpuOf(expand)).toBeLessThan(0.5);
});

/** Milliseconds of the processor, at best. */
function cpuOf(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
