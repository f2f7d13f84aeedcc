import { describe, expect, it } from 'vitest';
import { networksOf } from '../../../../src/providers/docker/connection/networks.ts';
import { answering } from './answering.ts';

const request = {
  Name: 'tools',
  Driver: 'bridge',
  Internal: false,
  EnableIPv6: false,
  Options: {},
  Labels: {},
};

describe('networks of an engine before Docker 26, where several may have one name', () => {
  const twin = (Id: string, Created: string) => ({ Id, Name: 'tools', Created });
  const create = (networks: readonly object[]) =>
    answering(
      ({ method, path }) => {
        if (method === 'DELETE') return { status: 204 };
        return { body: path.endsWith('/create') ? { Id: 'ours' } : networks };
      },
      { version: '1.41' },
    );

  it('are made when nobody else made one', async () => {
    const { caller, lines } = create([twin('ours', '2026-01-01T00:00:01Z'), { Id: 'x', Name: 'other' }]);
    expect(await networksOf(caller).createNetwork(request)).toBe('ours');
    expect(lines()).toEqual(['POST /v1.41/networks/create', 'GET /v1.41/networks']);
  });

  it('are kept by whoever was first', async () => {
    const later = twin('theirs', '2026-01-01T00:00:02Z');
    const { caller, lines } = create([later, twin('ours', '2026-01-01T00:00:01Z')]);
    expect(await networksOf(caller).createNetwork(request)).toBe('ours');
    expect(lines()).toHaveLength(2);
  });

  it('are taken away by whoever was not', async () => {
    const first = twin('theirs', '2026-01-01T00:00:00Z');
    const { caller, lines } = create([twin('ours', '2026-01-01T00:00:01Z'), first]);
    await expect(networksOf(caller).createNetwork(request)).rejects.toMatchObject({
      code: 'ENGINE_NAME_TAKEN',
    });
    expect(lines().at(-1)).toBe('DELETE /v1.41/networks/ours');
  });

  it('are not looked at again where that cannot be', async () => {
    for (const newer of [{ version: '1.45' }, { version: '1.41', isPodman: true }]) {
      const { caller, lines } = answering(() => ({ body: { Id: 'ours' } }), newer);
      expect(await networksOf(caller).createNetwork(request)).toBe('ours');
      expect(lines()).toHaveLength(1);
    }
  });
});

describe('networks of Podman', () => {
  const id = '2d'.repeat(32);

  it('are removed by name, because by id they are removed from under their containers', async () => {
    const { caller, lines } = answering(
      ({ method }) => (method === 'GET' ? { body: { Id: id, Name: 'tools' } } : { status: 204 }),
      { isPodman: true },
    );
    await networksOf(caller).removeNetwork(id);
    expect(lines()).toEqual([`GET /v1.51/networks/${id}`, 'DELETE /v1.51/networks/tools']);
  });

  it('are left alone when they are gone', async () => {
    const { caller, lines } = answering(() => ({ status: 404 }), { isPodman: true });
    await networksOf(caller).removeNetwork(id);
    expect(lines()).toEqual([`GET /v1.51/networks/${id}`]);
  });
});

describe('a container in a network', () => {
  const saying = (status: number, message: string) =>
    networksOf(answering(() => ({ status, body: { message } })).caller);

  it.each([
    [403, 'endpoint with name web already exists in network tools'],
    [500, 'container 1f is already connected to network "tools": network is already connected'],
  ])('is connected twice: %i %s', async (status, message) => {
    await expect(saying(status, message).connectNetwork('tools', 'web', [])).resolves.toBeUndefined();
  });

  it.each([
    [500, 'container 1f is not connected to network tools'],
    [404, 'network tools not found'],
    [404, 'No such container: web'],
  ])('is disconnected twice: %i %s', async (status, message) => {
    await expect(saying(status, message).disconnectNetwork('tools', 'web')).resolves.toBeUndefined();
  });
});
