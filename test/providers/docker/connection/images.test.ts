import { describe, expect, it } from 'vitest';
import { imagesOf } from '../../../../src/providers/docker/connection/images.ts';
import { answering } from './answering.ts';

const digest = `sha256:${'1d'.repeat(32)}`;
const other = `sha256:${'2e'.repeat(32)}`;

describe('an image that Podman is asked for by its digest', () => {
  const podmanWith = (RepoDigests: readonly string[] | null) =>
    imagesOf(answering(() => ({ body: { Id: 'a3', RepoDigests } }), { isPodman: true }).caller);

  it.each([
    ['the name', [`docker.io/library/redis@${other}`, `docker.io/library/redis@${digest}`]],
    ['a name of several', [`mirror.example/redis@${digest}`, `docker.io/library/redis@${digest}`]],
  ])('is there when it goes by %s', async (_, names) => {
    expect(await podmanWith(names).inspectImage(`redis:7@${digest}`)).toMatchObject({ Id: 'a3' });
  });

  it.each([
    ['was untagged', []],
    ['has no names at all', null],
    ['goes by another name', [`mirror.example/redis@${digest}`]],
  ])('is not there when it %s, though Podman finds it', async (_, names) => {
    expect(await podmanWith(names).inspectImage(`redis:7@${digest}`)).toBeNull();
  });

  it('is there by its id, whatever names it has', async () => {
    expect(await podmanWith([]).inspectImage(other)).toMatchObject({ Id: 'a3' });
  });
});
