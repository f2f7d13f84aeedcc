import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { BACKEND_NAMES } from '../../src/model/secret.ts';
import { type Bed, onBed } from '../canary/support/bed.ts';
import { failing, silent } from '../canary/support/failing.ts';
import { applied, digestOf, everyCommand, gotBy } from '../canary/support/journeys.ts';
import { dotenv, env, exec, file } from '../canary/support/keepers/files.ts';
import { bws, lpass, op } from '../canary/support/keepers/programs.ts';
import { ageWithSsh, docker, keychain, pass, sops } from '../canary/support/keepers/real.ts';
import { aws, awsBy, gcp, vault } from '../canary/support/keepers/servers.ts';
import { USUAL } from '../canary/support/values.ts';
import { findMoto, startMoto } from '../support/aws-server.ts';
import { missing } from '../support/pins.ts';
import { requireTools } from '../support/secret-tools.ts';

const TOOLS = [
  'age',
  'age-keygen',
  'ssh-keygen',
  'pass',
  'gpg',
  'gpgconf',
  'tree',
  'secret-tool',
  'dbus-daemon',
];
const canMount =
  spawnSync('unshare', ['-m', 'true']).status === 0 || missing('there is no right to mount: unshare -m');
const isThere = requireTools(...TOOLS) && canMount;

const moto = findMoto();
/** Real tools where this machine has them, and doubles of the others, in the order of the manifest's properties. */
const ALL = [
  ...[env, file, exec, dotenv, sops, ageWithSsh, pass, op, lpass, bws, vault],
  ...[moto === null ? aws : awsBy('moto', (folder) => startMoto(moto, folder)), gcp, keychain, docker],
];

describe.runIf(isThere)('a secret of every backend, with the real tools there are', () => {
  it('is in nothing that any command says or leaves', async () => {
    const { result, figures } = await onBed(ALL, USUAL, async (bed) => {
      await everyCommand(bed);
      return { ...whoGets(bed), backends: bed.keepers.map(({ backend }) => backend), asked: bed.asked };
    });
    expect(result.backends).toEqual(BACKEND_NAMES);
    for (const { args, ran } of result.asked) {
      expect([0, 1, 2, 5], `${args.join(' ')}\n${ran.stdout}${ran.stderr}`).toContain(ran.exitCode);
    }
    expect(result.expected.filter((each) => !result.got.includes(each))).toEqual([]);
    expect(figures.hits).toEqual([]);
  });

  it.each([
    [
      'are down',
      'down',
      ['env', 'exec', 'sops', 'pass', 'op', 'lpass', 'bws', 'vault', 'gcp', 'keychain', 'docker'],
    ],
    [
      'are locked',
      'denied',
      ['file', 'exec', 'dotenv', 'age', 'pass', 'op', 'lpass', 'bws', 'vault', 'gcp', 'keychain'],
    ],
  ] as const)('is in nothing when they %s', async (_, how, who) => {
    const { result, figures } = await onBed(ALL, USUAL, async (bed) => {
      await applied(bed);
      return await failing(bed, how);
    });
    const fails = moto === null ? [...who, 'aws'].sort(inOrder) : who;
    expect(result.failing).toEqual(fails);
    const failed = Object.keys(result.states).filter((name) => result.states[name] === 'failed');
    expect(failed).toEqual(fails.flatMap((backend) => [`${backend}-hidden`, `${backend}-clear`]));
    expect(figures.hits).toEqual([]);
  });

  it('is in nothing when they do not answer', async () => {
    const { result, figures } = await onBed(ALL, USUAL, async (bed) => {
      await applied(bed);
      return await silent(bed);
    });
    expect(result.failing).toEqual(
      expect.arrayContaining(['exec', 'sops', 'op', 'vault', 'gcp', 'keychain']),
    );
    expect(result.failing.filter((name) => result.states[`${name}-hidden`] !== 'failed')).toEqual([]);
    expect(figures.hits).toEqual([]);
  });
});

function inOrder(a: string, b: string): number {
  const names: readonly string[] = BACKEND_NAMES;
  return names.indexOf(a) - names.indexOf(b);
}

/** What servers were to get, and what they did. */
function whoGets(bed: Bed): { readonly expected: readonly string[]; readonly got: readonly string[] } {
  const expected = bed.servers.flatMap((server) => {
    const value = bed.firstValueOf(server);
    if (server.startsWith('wrapped-')) return [digestOf(value)];
    return server.startsWith('headers-') ? [`Bearer ${value}`] : [];
  });
  return { expected, got: gotBy(bed) };
}
