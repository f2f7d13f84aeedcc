import { describe, expect, it } from 'vitest';
import { engineFailure, shown } from '../../../../src/providers/docker/connection/engine-failure.ts';
import type { Operation } from '../../../../src/providers/docker/connection/refusals.ts';

const id = 'f902dedc8189a3b74b2c1f1f0a6b2d9c7e5f40312233445566778899aabbccdd';
const failureOf = (operation: Operation, status: number, message: string) =>
  engineFailure({
    engine: 'docker@lab',
    operation,
    doing: 'do it',
    status,
    said: JSON.stringify({ message }),
    names: ['127.0.0.1:5000/mcp/access-denied', 'mcp/access-denied'],
  });

const pulled = '127.0.0.1:5000/mcp/access-denied';
const notFound = `manifest for ${pulled}:1 not found: manifest unknown: manifest unknown`;
const resolve = `failed to resolve reference "${pulled}:1":`;
const shim =
  'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process:';
const bound = 'driver failed programming external connectivity on endpoint web (1f):';
const inUse = 'is already in use by container "1f". You have to remove (or rename) that container';

/** What 20.10.24, 28.5.2 and Podman 4.3.1 answered. */
const ANSWERS: readonly (readonly [Operation, number, string, string])[] = [
  [
    'create',
    409,
    `Conflict. The container name "/web" ${inUse} to be able to reuse it.`,
    'ENGINE_NAME_TAKEN',
  ],
  ['create', 500, `creating container storage: the container name "web" ${inUse}`, 'ENGINE_NAME_TAKEN'],
  ['create', 409, 'network with name tools already exists', 'ENGINE_NAME_TAKEN'],
  ['create', 500, 'network name tools already used: network already exists', 'ENGINE_NAME_TAKEN'],
  ['rename', 409, `Error when allocating new name: Conflict. The name "/web" ${inUse}`, 'ENGINE_NAME_TAKEN'],
  ['rename', 500, 'name web already in use, cannot rename: container already exists', 'ENGINE_NAME_TAKEN'],
  ['create', 404, 'No such image: nope:1', 'ENGINE_IMAGE_MISSING'],
  ['create', 404, 'no such image: docker.io/library/nope:1: image not known', 'ENGINE_IMAGE_MISSING'],
  ['create', 400, 'invalid mount config for type "bind": path does not exist: /nope', 'ENGINE_REFUSED'],
  ['create', 500, 'Cannot mkdir: /etc/passwd is not a directory', 'ENGINE_FAILED'],
  ['create', 404, 'unable to find network with name or ID x: network not found', 'ENGINE_NETWORK_MISSING'],
  ['start', 404, 'network tools not found', 'ENGINE_NETWORK_MISSING'],
  ['start', 404, `failed to set up container networking: network ${id} not found`, 'ENGINE_NETWORK_MISSING'],
  ['network', 404, 'network tools not found', 'ENGINE_NETWORK_MISSING'],
  ['start', 500, `${bound} Bind for 127.0.0.1:80 failed: port is already allocated`, 'ENGINE_PORT_TAKEN'],
  ['start', 500, `${bound} listen tcp4 127.0.0.1:80: bind: address already in use`, 'ENGINE_PORT_TAKEN'],
  [
    'start',
    500,
    `failed to set up container networking: ${bound} failed to bind host port for 127.0.0.1:80:198.18.32.3:80/tcp: address already in use`,
    'ENGINE_PORT_TAKEN',
  ],
  [
    'start',
    500,
    'cannot listen on the TCP port: listen tcp4 127.0.0.1:80: bind: address already in use',
    'ENGINE_PORT_TAKEN',
  ],
  [
    'start',
    500,
    `${bound} listen tcp4 203.0.113.9:80: bind: cannot assign requested address`,
    'ENGINE_REFUSED',
  ],
  ['start', 400, `${shim} exec: "/nope": stat /nope: no such file or directory: unknown`, 'ENGINE_PROGRAM'],
  [
    'start',
    400,
    `failed to create task for container: ${shim} exec: "/etc": permission denied`,
    'ENGINE_PROGRAM',
  ],
  ['start', 500, 'unable to find user nobodyhere: no matching entries in passwd file', 'ENGINE_PROGRAM'],
  ['start', 500, 'unable to find group nobody: no matching entries in group file', 'ENGINE_PROGRAM'],
  [
    'start',
    400,
    `${shim} error during container init: error mounting "/etc" to rootfs at "/etc/passwd": not a directory`,
    'ENGINE_REFUSED',
  ],
  [
    'remove',
    403,
    `error while removing network: network tools id ${id} has active endpoints`,
    'ENGINE_IN_USE',
  ],
  ['remove', 500, '"tools" has associated containers with it: network is being used', 'ENGINE_IN_USE'],
  ['remove', 409, `remove data: volume is in use - [${id}]`, 'ENGINE_IN_USE'],
  ['remove', 500, `volume data is being used by the following container(s): ${id}`, 'ENGINE_IN_USE'],
  [
    'remove',
    409,
    'conflict: unable to delete 1f (must be forced) - image is being used by 2f',
    'ENGINE_IN_USE',
  ],
  [
    'remove',
    409,
    'conflict: unable to delete x (must be forced) - container 1f is using its referenced image 2f',
    'ENGINE_IN_USE',
  ],
  ['remove', 403, 'bridge is a pre-defined network and cannot be removed', 'ENGINE_REFUSED'],
  [
    'remove',
    409,
    'cannot remove container "1f": container is running: stop the container before removing or force remove',
    'ENGINE_REFUSED',
  ],
  ['update', 404, 'Not Found', 'ENGINE_REFUSED'],
  ['update', 409, 'Memory limit should be smaller than already set memoryswap limit', 'ENGINE_REFUSED'],
  ['read', 500, 'configured logging driver does not support reading', 'ENGINE_REFUSED'],
  ['read', 400, 'Client sent an HTTP request to an HTTPS server.', 'ENGINE_UNAVAILABLE'],
  ['start', 500, `task ${id}: already exists`, 'ENGINE_FAILED'],
  ['create', 500, 'write /data/x: no space left on device', 'ENGINE_DISK_FULL'],
  ['pull', 500, 'failed to register layer: write /x: no space left on device', 'ENGINE_DISK_FULL'],
  ['pull', 404, notFound, 'ENGINE_PULL_UNKNOWN'],
  ['pull', 404, `${resolve} ${pulled}:1: not found`, 'ENGINE_PULL_UNKNOWN'],
  ['pull', 500, 'no matching manifest for linux/s390x in the manifest list entries', 'ENGINE_PULL_UNKNOWN'],
  ['pull', 500, 'no image found in image index for architecture s390x', 'ENGINE_PULL_UNKNOWN'],
  ['pull', 500, `reading manifest 1 in ${pulled}: manifest unknown: manifest unknown`, 'ENGINE_PULL_UNKNOWN'],
  ['pull', 500, `Get "http://${pulled}/manifests/1": no basic auth credentials`, 'ENGINE_PULL_DENIED'],
  ['pull', 401, 'unauthorized: authentication required', 'ENGINE_PULL_DENIED'],
  [
    'pull',
    404,
    `${resolve} pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
    'ENGINE_PULL_DENIED',
  ],
  ['pull', 500, 'toomanyrequests: You have reached your pull rate limit.', 'ENGINE_PULL_LIMITED'],
  ['pull', 429, 'error pulling image: too many requests to registry', 'ENGINE_PULL_LIMITED'],
  ['pull', 500, 'Get "http://127.0.0.1:5999/v2/": connect: connection refused', 'ENGINE_PULL_FAILED'],
  ['pull', 500, 'x509: certificate signed by unknown authority', 'ENGINE_PULL_FAILED'],
  ['pull', 400, 'invalid reference format', 'ENGINE_PULL_FAILED'],
];

describe('what an engine refuses', () => {
  it.each(ANSWERS)('to %s with %i "%s" is %s', (operation, status, message, code) => {
    expect(failureOf(operation, status, message).code).toBe(code);
    // Releases say the same with another case, and with more before it.
    expect(failureOf(operation, status, `Error: ${message}`).code).toBe(
      message === 'Not Found' ? 'ENGINE_REFUSED' : code,
    );
  });

  it('is told with its words, and with what to do', () => {
    const { message, hint } = failureOf('start', 500, `${bound} port is already allocated`);
    expect(message).toBe(`docker@lab would not do it: ${bound} port is already allocated`);
    expect(hint).toBe('stop what has the port, or choose another one with `publish`');
  });

  it('is told by its status when it says nothing', () => {
    const asked = { engine: 'docker', operation: 'read', doing: 'list networks', status: 404 } as const;
    expect(engineFailure({ ...asked, said: '' }).message).toBe('docker would not list networks: status 404');
    expect(engineFailure({ ...asked, said: 'plain\ntext' }).message).toContain('list networks: plain text');
  });
});

describe('the words of an engine', () => {
  it('are one line, with nothing that cannot be seen', () => {
    expect(shown('one\n  two\u202e\u0007')).toBe('one two\\u202e\\u0007');
  });

  it('hold no credential', () => {
    expect(
      shown('dial https://ann:s3cretpass@lab/v2/: GITHUB_TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ'),
    ).not.toMatch(/s3cret|ghp_/);
  });

  it('have short ids, and whole digests', () => {
    expect(shown(`container ${id} of sha256:${id}`)).toBe(`container ${id.slice(0, 12)} of sha256:${id}`);
  });

  it('are not a page', () => {
    expect(shown('word '.repeat(1000)).length).toBeLessThan(700);
  });
});
