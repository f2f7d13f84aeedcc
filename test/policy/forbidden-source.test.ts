import { describe, expect, it } from 'vitest';
import { forbiddenSource } from '../../src/policy/forbidden-source.ts';

const known = { homes: ['/data/people/ann'], sockets: ['/opt/engine/listen'] };
const of = (source: string): string | null => forbiddenSource(source, known);

const LISTEN = 'where services of the host listen';
const SOCKET = 'a socket of the host';
const KERNEL = "the kernel's view of the host";
const HIDDEN = 'a hidden entry of a home folder';
const HOME = 'a home folder';
const DATA = "an engine's own data";
const AROUND = 'a folder around such places';

describe('a folder of the host that gives power over it', () => {
  it.each<[string, string]>([
    ['/', 'the whole host'],
    ['//', 'the whole host'],
    ['/./', 'the whole host'],
    ['/proc', KERNEL],
    ['/proc/1/root/srv', KERNEL],
    ['/PROC/1', KERNEL],
    ['/sys/fs/cgroup', KERNEL],
    ['/dev', 'devices of the host'],
    ['/dev/mem', 'devices of the host'],
    ['/var/run/docker.sock', SOCKET],
    ['/run/docker.sock', SOCKET],
    ['//var//run/./docker.sock/', SOCKET],
    ['/VAR/RUN/Docker.Sock', SOCKET],
    ['/private/var/run/docker.sock', SOCKET],
    ['/run/podman/podman.sock', SOCKET],
    ['/run/user/1000/podman/podman.sock', SOCKET],
    ['/run/user/1000/docker.sock', SOCKET],
    ['/run/containerd/containerd.sock', SOCKET],
    ['/run/crio/crio.sock', SOCKET],
    ['/var/run/cri-dockerd.sock', SOCKET],
    ['/run/snapd.socket', SOCKET],
    ['/home/ann/.docker/run/docker.sock', SOCKET],
    ['/srv/anything.sock', SOCKET],
    ['/opt/engine/listen', SOCKET],
    ['/run', LISTEN],
    ['/var/run', LISTEN],
    ['/run/dbus/system_bus_socket', LISTEN],
    ['/run/user/1000', LISTEN],
    ['/run/containerd', LISTEN],
    ['/tmp/.X11-unix', LISTEN],
    ['/var/lib/docker/volumes/x/_data', DATA],
    ['/var/lib/containerd', DATA],
    ['/var/lib/containers/storage', DATA],
    ['/etc/mcpform/policy.yaml', 'the policy of this machine'],
    ['/home/ann', HOME],
    ['/Users/Ann/', HOME],
    ['/root', HOME],
    ['/var/home/ann', HOME],
    ['/data/people/ann', HOME],
    ['C:\\Users\\Ann', HOME],
    ['c:/Users/Ann', HOME],
    ['/mnt/c/Users/Ann', HOME],
    ['/host_mnt/Users/ann', HOME],
    ['/run/desktop/mnt/host/c/Users/ann', HOME],
    ['/home/ann/.ssh', HIDDEN],
    ['/home/ann/.aws/credentials', HIDDEN],
    ['/home/ann/.claude', HIDDEN],
    ['/home/ann/.claude.json', HIDDEN],
    ['/home/ann/.config/gh', HIDDEN],
    ['/home/ann/.SSH', HIDDEN],
    ['/home/ann/./.ssh', HIDDEN],
    ['/root/.ssh/id_ed25519', HIDDEN],
    ['/data/people/ann/.netrc', HIDDEN],
    ['/Users/ann/Library/Keychains', HIDDEN],
    ['C:\\Users\\ann\\AppData\\Roaming', HIDDEN],
    ['/home', AROUND],
    ['/Users', AROUND],
    ['/var', AROUND],
    ['/var/lib', AROUND],
    ['/etc', AROUND],
    ['/data', AROUND],
    ['/data/people', AROUND],
    ['/opt/engine', AROUND],
    ['/mnt/c', AROUND],
    ['C:\\', AROUND],
    ['\\\\.\\pipe\\docker_engine', 'a pipe or device of the host'],
    ['//./pipe/docker_engine', 'a pipe or device of the host'],
    ['/srv/../etc', 'no plain path'],
    ['./data', 'no plain path'],
    ['', 'no plain path'],
  ])('%s', (source, what) => {
    expect(of(source)).toBe(what);
  });

  it.each([
    '/srv',
    '/srv/docs',
    '/home/ann/code',
    '/home/ann/code/.git',
    '/home/ann/code/.ssh',
    '/data/people/bob',
    '/data/people/annabel/.ssh',
    '/root/work',
    '/etc/ssl/certs',
    '/etc/localtime',
    '/var/log',
    '/var/lib/postgresql',
    '/var/runner',
    '/developer',
    '/tmp/x',
    '/mnt/data',
    '/mnt/d/work',
    '/opt/engineering',
    '/srv/docker.sock.d/x',
    'C:\\work',
    '/homes/ann/.ssh',
  ])('is not %s', (source) => {
    expect(of(source)).toBeNull();
  });
});
