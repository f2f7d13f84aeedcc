import { describe, expect, it } from 'vitest';
import type { ContainerInfo, HostConfig } from '../../../../src/providers/docker/api.ts';
import { readContainer } from '../../../../src/providers/docker/container-attributes.ts';
import type { Reading } from '../../../../src/providers/docker/container-reading.ts';
import { container, differences, everything, pointers, readingOf } from './world.ts';

const full = container('full', everything);

/** The recorded container of Docker 28, changed by hand. */
function changed(change: (info: ContainerInfo) => Partial<ContainerInfo>): Reading {
  const reading = readingOf('docker-28.5-overlay2', 'full');
  return { ...reading, info: { ...reading.info, ...change(reading.info) } };
}

const inConfig = (fields: object) => changed(({ Config }) => ({ Config: { ...Config, ...fields } }));
const inHost = (fields: Partial<HostConfig> & object) =>
  changed(({ HostConfig: host }) => ({ HostConfig: { ...host, ...fields } }));
const inState = (fields: object) => changed(({ State }) => ({ State: { ...State, ...fields } }));

describe('what somebody changed', () => {
  const NETWORK = { Aliases: ['full'] };
  const CHECK = ['command', 'interval', 'retries', 'startPeriod', 'timeout'].map(
    (each) => `/healthcheck/${each}`,
  );
  const ULIMITS = ['nofile/hard', 'nofile/soft', 'nproc/hard', 'nproc/soft'].map(
    (each) => `/resources/ulimits/${each}`,
  );
  it.each<[string, Reading, readonly string[]]>([
    ['stopped', inState({ Status: 'exited' }), ['/status']],
    ['unhealthy', inState({ Health: { Status: 'unhealthy', FailingStreak: 3 } }), ['/status']],
    ['renamed', changed(() => ({ Name: '/other' })), ['/name']],
    ['a variable more', inConfig({ Env: ['GREETING=hi', 'X=y', 'NEW=1'] }), ['/env/NEW']],
    ['another value', inConfig({ Env: ['GREETING=hi', 'X=z'] }), ['/env/X']],
    ['the image’s own value again', inConfig({ Env: ['GREETING=hello', 'X=y'] }), ['/env/GREETING']],
    ['a variable taken away', inConfig({ Env: ['GREETING=hi', 'X'] }), ['/env/X']],
    ['other arguments', inConfig({ Cmd: ['sleep 1'] }), ['/args']],
    ['no arguments', inConfig({ Cmd: null }), ['/args']],
    ['another entry point', inConfig({ Entrypoint: ['sleep'] }), ['/entrypoint']],
    ['another user', inConfig({ User: 'node' }), ['/security/user']],
    ['another folder', inConfig({ WorkingDir: '/' }), ['/workingDirectory']],
    ['another host name', inConfig({ Hostname: 'other' }), ['/hostname']],
    ['another label', inConfig({ Labels: { 'org.example.x': 'z' } }), ['/labels/org.example.x']],
    ['another signal', inConfig({ StopSignal: 'SIGKILL' }), ['/stopSignal']],
    ['no time to stop', inConfig({ StopTimeout: null }), ['/stopTimeout']],
    ['no check', inConfig({ Healthcheck: { Test: ['NONE'] } }), CHECK],
    ['a terminal', inConfig({ Tty: true }), ['/other/Tty']],
    ['another policy', inHost({ RestartPolicy: { Name: 'always' } }), ['/restart']],
    [
      'a policy that gives up',
      inHost({ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } }),
      ['/restart'],
    ],
    ['no limit of memory', inHost({ Memory: 0 }), ['/resources/memory']],
    ['swap without limit', inHost({ MemorySwap: -1 }), ['/resources/memorySwap']],
    ['no limit of processes', inHost({ PidsLimit: -1 }), ['/resources/pids']],
    ['more processor', inHost({ NanoCpus: 4e8 }), ['/resources/cpus']],
    ['a quota', inHost({ ...({ CpuQuota: 5 } as object) }), ['/other/CpuQuota']],
    ['another limit', inHost({ Ulimits: [] }), ULIMITS],
    [
      'a capability more',
      inHost({ CapAdd: ['CHOWN', 'NET_BIND_SERVICE', 'SYS_ADMIN'] }),
      ['/security/addCapabilities'],
    ],
    ['nothing dropped', inHost({ CapDrop: null }), ['/security/dropCapabilities']],
    ['new privileges', inHost({ SecurityOpt: [] }), ['/security/noNewPrivileges']],
    ['all power', inHost({ Privileged: true }), ['/security/privileged']],
    [
      'no profile',
      inHost({ SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] }),
      ['/security/seccomp'],
    ],
    ['open paths', inHost({ ...({ MaskedPaths: [] } as object) }), ['/other/MaskedPaths']],
    ['writable', inHost({ ReadonlyRootfs: false }), ['/security/readOnly']],
    [
      'a port more',
      inHost({ PortBindings: { '3001/tcp': [{ HostIp: '127.0.0.1', HostPort: '23001' }], '9/tcp': [{}] } }),
      ['/ports/9~1tcp'],
    ],
    [
      'published for everybody',
      inHost({ PortBindings: { '3001/tcp': [{ HostPort: '23001' }] } }),
      ['/ports/3001~1tcp'],
    ],
    [
      'published anywhere',
      inHost({ PortBindings: { '3001/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } }),
      ['/ports/3001~1tcp'],
    ],
    ['the host’s processes', inHost({ PidMode: 'host' }), ['/other/PidMode']],
    ['removed when it ends', inHost({ AutoRemove: true }), ['/other/AutoRemove']],
    [
      'another log',
      inHost({ LogConfig: { Type: 'none' } }),
      ['/logging/driver', '/logging/options/max-size'],
    ],
    [
      'other options of the log',
      inHost({ LogConfig: { Type: 'json-file', Config: { 'max-size': '2m' } } }),
      ['/logging/options/max-size'],
    ],
    [
      'disconnected',
      changed(({ NetworkSettings }) => ({
        NetworkSettings: { ...NetworkSettings, Networks: { 'demo.other': NETWORK } },
      })),
      ['/networks/demo.tools/aliases'],
    ],
    [
      'connected',
      changed(({ NetworkSettings }) => ({
        NetworkSettings: { ...NetworkSettings, Networks: { ...NetworkSettings?.Networks, more: {} } },
      })),
      ['/networks/more/aliases'],
    ],
    [
      'a path in memory more',
      inHost({ Tmpfs: { '/run': '', '/tmp': '', '/more': 'size=1m' } }),
      ['/tmpfs/~1more'],
    ],
    [
      'a folder that it may write',
      inHost({ Mounts: [{ Type: 'bind', Source: '/etc', Target: '/mnt/etc' }] }),
      ['/volumes/~1mnt~1etc/readOnly'],
    ],
  ])('%s is seen where it is', (_what, reading, expected) => {
    expect(pointers(differences(full, reading))).toEqual(expected);
  });
});

describe('what only looks different', () => {
  it.each<[string, Reading]>([
    [
      'capabilities in another spelling',
      inHost({ CapAdd: ['cap_chown', 'CAP_NET_BIND_SERVICE'], CapDrop: ['all'] }),
    ],
    ['an older spelling of an option', inHost({ SecurityOpt: ['no-new-privileges:true'] })],
    ['a signal by its number', inConfig({ StopSignal: '15' })],
    ['a folder with a slash', inConfig({ WorkingDir: '/tmp/' })],
    [
      'ports that are only exposed',
      inHost({
        PortBindings: { '3001/tcp': [{ HostIp: '127.0.0.1', HostPort: '23001' }], '9000/tcp': null },
      }),
    ],
    ['labels of ours', inConfig({ Labels: { 'org.example.x': 'y', 'dev.mcpform.operation': 'other' } })],
    ['what the engine labels', inState({ Health: { Status: 'starting' } })],
  ])('%s', (_what, reading) => {
    expect(differences(full, reading)).toEqual([]);
  });

  it('reads no policy, and the policy "no", as one', () => {
    const without = readingOf('docker-20.10', 'bare');
    const policies = [{ Name: '' }, { Name: 'no' }, {}, undefined].map((RestartPolicy) => {
      const { HostConfig: host, ...info } = without.info;
      const changedHost = RestartPolicy === undefined ? { ...host } : { ...host, RestartPolicy };
      if (RestartPolicy === undefined) Reflect.deleteProperty(changedHost, 'RestartPolicy');
      return readContainer({ ...without, info: { ...info, HostConfig: changedHost } }).attributes['restart'];
    });
    expect(policies).toEqual(['no', 'no', 'no', 'no']);
  });
});
