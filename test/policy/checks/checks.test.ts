import { describe, expect, it } from 'vitest';
import { printLock } from '../../../src/lock/print-lock.ts';
import type { CheckId } from '../../../src/policy/checks/check.ts';
import { CHECKS } from '../../../src/policy/checks/table.ts';
import { ACTIONS, lockOf, npmPin } from '../../lock/locks.ts';
import { check, DIGEST, policyOf, type Texts } from './world.ts';

const image = (fields: string, at = `ghcr.io/acme/x:1@${DIGEST}`): Texts => ({
  manifest: `servers:\n  x:\n    image: ${at}\n${fields}`,
  lock: `servers:\n  x: { image: "${at.includes('@') ? at : `${at}@${DIGEST}`}" }\n`,
});
const http = (fields: string): Texts => image(`    transport: http\n    port: 3001\n${fields}`);
const server = (fields: string): Texts => ({ manifest: `servers:\n  x:\n${fields}` });
const SIGNED = printLock(
  lockOf({ x: { kind: 'image', image: `ghcr.io/acme/x:1@${DIGEST}`, signer: ACTIONS } }),
);
const PACKAGE = printLock(lockOf({ x: npmPin('left-pad', '1.0.0') }));

type Row = readonly [id: CheckId, what: string, texts: Texts, line: number | null];

/** With the line of the place in the manifest, which has three lines before `servers`; null: not found. */
const ROWS: readonly Row[] = [
  ['image-unpinned', 'an image in no lock', { ...image('', 'ghcr.io/acme/x:1'), lock: '' }, 6],
  [
    'image-unpinned',
    'a lock for another tag',
    { ...image('', 'ghcr.io/acme/x:2'), lock: image('', 'ghcr.io/acme/x:1').lock ?? '' },
    6,
  ],
  ['image-unpinned', 'a digest in the lock', image('', 'ghcr.io/acme/x:1'), null],
  ['image-unpinned', 'a digest in the manifest alone', { ...image(''), lock: '' }, null],
  [
    'image-unpinned',
    'a disabled server',
    { ...image('    enabled: false\n', 'ghcr.io/acme/x:1'), lock: '' },
    null,
  ],
  ['image-latest', 'latest', image('', 'ghcr.io/acme/x:latest'), 6],
  ['image-latest', 'no tag', image('', 'ghcr.io/acme/x'), 6],
  ['image-latest', 'no tag behind a port', image('', 'localhost:5000/acme/x'), 6],
  ['image-latest', 'latest with a digest', image('', `ghcr.io/acme/x:latest@${DIGEST}`), 6],
  ['image-latest', 'a version', image('', 'ghcr.io/acme/x:1'), null],
  ['image-latest', 'a name that only has the word', image('', 'ghcr.io/acme/latest:1'), null],
  ['image-latest', 'a digest alone', image('', `ghcr.io/acme/x@${DIGEST}`), null],
  ['image-unsigned', 'a lock that names nobody', image(''), 6],
  ['image-unsigned', 'a lock that names a signer', { ...image(''), lock: SIGNED }, null],
  [
    'image-unsigned',
    'no lock, of which nobody could know',
    { ...image('', 'ghcr.io/acme/x:1'), lock: '' },
    null,
  ],
  ['package-unlocked', 'a package in no lock', server('    package: npm:left-pad@1.0.0\n'), 6],
  [
    'package-unlocked',
    'a package in the lock',
    {
      ...server('    package: npm:left-pad@1.0.0\n'),
      lock: PACKAGE,
    },
    null,
  ],
  ['package-unlocked', 'a command', server('    command: node\n'), null],
  ['container-privileged', 'all power', image('    security: { privileged: true }\n'), 7],
  [
    'container-privileged',
    'an image in no lock',
    { ...image('    security: { privileged: true }\n', 'ghcr.io/acme/x:1'), lock: '' },
    7,
  ],
  [
    'engine-socket-mounted',
    'an image in no lock',
    { ...image('    volumes: ["/:/host"]\n', 'ghcr.io/acme/x:1'), lock: '' },
    7,
  ],
  ['container-privileged', 'a capability', image('    security:\n      addCapabilities: [NET_ADMIN]\n'), 8],
  ['container-privileged', 'a device', image('    devices: [/dev/dri]\n'), 7],
  ['container-privileged', 'no seccomp profile', image('    security: { seccomp: unconfined }\n'), 7],
  ['container-privileged', 'no AppArmor profile', image('    security: { apparmor: unconfined }\n'), 7],
  [
    'container-privileged',
    'options of a volume’s driver',
    {
      ...image('    volumes: [{ volume: v, target: /d }]\nvolumes: { v: { driverOptions: { o: bind } } }\n'),
    },
    7,
  ],
  ['container-privileged', 'the safe defaults', image(''), null],
  ['container-privileged', 'a profile by name', image('    security: { apparmor: mine }\n'), null],
  [
    'container-privileged',
    'dropped capabilities',
    image('    security: { dropCapabilities: [ALL] }\n'),
    null,
  ],
  [
    'engine-socket-mounted',
    'the engine’s socket',
    image('    volumes:\n      - /srv/docs:/docs\n      - /var/run/docker.sock:/var/run/docker.sock\n'),
    9,
  ],
  ['engine-socket-mounted', 'the whole host', image('    volumes: ["/:/host"]\n'), 7],
  ['engine-socket-mounted', 'what is hidden in a home', image('    volumes: ["/home/ann/.ssh:/keys"]\n'), 7],
  [
    'engine-socket-mounted',
    'a spelling around it',
    image('    volumes: ["/srv/../var/run/docker.sock:/s"]\n'),
    7,
  ],
  [
    'engine-socket-mounted',
    'a volume whose options name it',
    image(
      '    volumes: [{ volume: v, target: /d }]\nvolumes: { v: { driverOptions: { o: bind, type: none, device: /var/run } } }\n',
    ),
    7,
  ],
  ['engine-socket-mounted', 'an ordinary folder', image('    volumes: ["/srv/docs:/docs"]\n'), null],
  [
    'engine-socket-mounted',
    'a target of that name',
    image('    volumes: ["/srv/docs:/var/run/docker.sock"]\n'),
    null,
  ],
  [
    'host-network',
    'the network of the host',
    image('    networks: [outside]\nnetworks: { outside: { external: true, name: host } }\n'),
    7,
  ],
  ['host-network', 'a network of its own', image('    networks: [tools]\nnetworks: { tools: {} }\n'), null],
  ['wide-port', 'every address', http('    publish: "0.0.0.0:3001"\n'), 9],
  ['wide-port', 'every address of IPv6', http('    publish: "[::]:3001"\n'), 9],
  ['wide-port', 'loopback', http('    publish: "127.0.0.1:3001"\n'), null],
  ['wide-port', 'a port alone', http('    publish: 3001\n'), null],
  [
    'unauthenticated-with-secrets',
    'a secret and no header',
    http('    env: { T: "${secret.t}" }\nsecrets: { t: { env: T } }\n'),
    9,
  ],
  [
    'unauthenticated-with-secrets',
    'a secret and a header',
    http(
      '    env: { T: "${secret.t}" }\n    headers: { Authorization: "Bearer ${secret.t}" }\nsecrets: { t: { env: T } }\n',
    ),
    null,
  ],
  [
    'unauthenticated-with-secrets',
    'stdio',
    image('    env: { T: "${secret.t}" }\nsecrets: { t: { env: T } }\n'),
    null,
  ],
  ['url-without-tls', 'http', server('    url: http://mcp.example.com/\n'), 6],
  ['url-without-tls', 'http in capitals', server('    url: HTTP://mcp.example.com/\n'), 6],
  ['url-without-tls', 'ws', server('    url: ws://mcp.example.com/\n    transport: ws\n'), 6],
  ['url-without-tls', 'loopback only before an @', server('    url: http://localhost@mcp.example.com/\n'), 6],
  [
    'url-without-tls',
    'a host that only begins like loopback',
    server('    url: http://127.0.0.1.example.com/\n'),
    6,
  ],
  ['url-without-tls', 'a host that nobody knows', server('    url: "http://${HOST}/"\n'), 6],
  [
    'url-without-tls',
    'what stands in for a variable',
    server('    url: "${MCP_URL:-http://mcp.example.com/}"\n'),
    6,
  ],
  ['url-without-tls', 'https', server('    url: https://mcp.example.com/\n'), null],
  ['url-without-tls', 'loopback', server('    url: http://127.0.0.1:3001/mcp\n'), null],
  ['url-without-tls', 'localhost', server('    url: http://localhost:3001/mcp\n'), null],
  ['url-without-tls', 'loopback of IPv6', server('    url: "http://[::1]:3001/mcp"\n'), null],
  [
    'url-without-tls',
    'a scheme later in the text',
    server('    url: https://mcp.example.com/?next=http://a.example\n'),
    null,
  ],
];

describe('the built-in checks', () => {
  it.each(ROWS.filter(([, , , line]) => line !== null))('%s finds %s', async (id, _, texts, line) => {
    const found = await check(texts, [only(id)]);
    expect(found.map(({ at }) => [at?.file, at?.line])).toEqual(found.map(() => ['/repo/mcp.yaml', line]));
    expect([...new Set(found.map(({ code }) => code))]).toEqual([codeOf(id)]);
    expect(found.map(({ address }) => address?.endsWith('/x') || address?.includes('acme/x'))).not.toContain(
      false,
    );
  });

  it.each(ROWS.filter(([, , , line]) => line === null))('%s leaves %s alone', async (id, _, texts) => {
    expect(await check(texts, [only(id)])).toEqual([]);
  });

  it('have each a row that is found and one that is not', () => {
    const elsewhere = ['literal-secret', 'tools-changed', 'protected-deleted'];
    const tested = CHECKS.filter(({ id }) => !elsewhere.includes(id));
    for (const { id } of tested) {
      const lines = ROWS.filter(([each]) => each === id).map(([, , , line]) => line === null);
      expect([id, lines.includes(true), lines.includes(false)]).toEqual([id, true, true]);
    }
  });

  it('say nothing when they are off, or nobody asks', async () => {
    const texts = { ...image('', 'ghcr.io/acme/x'), lock: '' };
    const off = CHECKS.map(({ id }) => `${id}: off`).join(', ');
    expect(await check(texts, [policyOf(`checks: { ${off} }`)])).toEqual([]);
    expect(await check(texts, [policyOf('rules: {}')], { runsChecks: false })).toEqual([]);
    expect(await check(texts, [], { runsChecks: false })).toEqual([]);
  });
});

/** This check denies, and no other says a word. */
function only(id: CheckId) {
  const levels = CHECKS.map((each) => `${each.id}: ${each.id === id ? 'deny' : 'off'}`);
  return policyOf(`checks: { ${levels.join(', ')} }`);
}

function codeOf(id: CheckId): string {
  return `CHECK_${id.replaceAll('-', '_').toUpperCase()}`;
}
