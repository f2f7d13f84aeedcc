import { describe, expect, it } from 'vitest';
import { parseHost } from '../../../../src/providers/docker/connection/parse-host.ts';

const ssh = { kind: 'ssh', user: null, host: 'lab', port: null, path: null };

describe('where an engine is', () => {
  it.each<[string, object]>([
    ['unix:///run/d.sock', { kind: 'unix', path: '/run/d.sock' }],
    ['unix://', { kind: 'unix', path: '/var/run/docker.sock' }],
    ['npipe:////./pipe/docker_engine', { kind: 'pipe', path: '//./pipe/docker_engine' }],
    ['npipe://', { kind: 'pipe', path: '//./pipe/docker_engine' }],
    ['tcp://10.0.0.1:2376', { kind: 'tcp', host: '10.0.0.1', port: 2376 }],
    ['tcp://lab/', { kind: 'tcp', host: 'lab', port: null }],
    ['tcp://[::1]:2375', { kind: 'tcp', host: '::1', port: 2375 }],
    ['tcp://', { kind: 'tcp', host: 'localhost', port: null }],
    ['lab:2375', { kind: 'tcp', host: 'lab', port: 2375 }],
    ['ssh://lab', ssh],
    ['ssh://ann@lab:2222', { ...ssh, user: 'ann', port: 2222 }],
    ['ssh://ann%40corp@[fe80::1]', { ...ssh, user: 'ann@corp', host: 'fe80::1' }],
    ['ssh://lab/run/user/1000/docker.sock', { ...ssh, path: '/run/user/1000/docker.sock' }],
  ])('is read from %s', (text, address) => {
    expect(parseHost(text)).toEqual(address);
  });

  it.each([
    ['unix://run/d.sock', 'the path of a socket starts with "/"'],
    ['/run/d.sock', 'a socket is written "unix:///run/d.sock"'],
    ['http://lab:2375', 'it starts with "http://", and engines are at unix://, npipe://, tcp:// or ssh://'],
    ['fd://3', 'it starts with "fd://", and engines are at unix://, npipe://, tcp:// or ssh://'],
    ['tcp://lab:2375/prefix', 'it names a path, which an engine behind tcp:// has not'],
    ['tcp://lab:70000', 'it names no host'],
    ['tcp://ann:secret@lab', 'an engine behind tcp:// knows no users'],
    ['ssh://', 'it names no host'],
    ['ssh://ann:secret@lab', 'it holds a password, which ssh takes from nobody: use a key'],
    ['ssh://-oProxyCommand=touch%20x', 'its host or user is no name that ssh would take'],
    ['ssh://-oProxyCommand=x@lab', 'its host or user is no name that ssh would take'],
    ['ssh://lab;reboot', 'its host or user is no name that ssh would take'],
    ['ssh://lab?x=1', 'it names no host'],
  ])('is refused in %s', (text, why) => {
    expect(parseHost(text)).toBe(why);
  });
});
