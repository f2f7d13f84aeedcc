import { describe, expect, it } from 'vitest';
import { imagesOf, lockedImages } from '../../src/engine/images/images-of.ts';
import { EMPTY_LOCK, type Lock, type Signer } from '../../src/model/lock.ts';
import { HEAD, manifestOf } from '../manifest/stack.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const manifest = manifestOf(`${HEAD}servers:
  locked: { image: "ghcr.io/acme/x:1.0" }
  package: { package: "npm:x@1.0.0" }
  changed: { image: "ghcr.io/acme/y:2.0" }
  missing: { image: redis }
  twin: { image: "ghcr.io/acme/x:1.0" }
  local: { image: "localhost/z:1.0", pull: never }
`);
const signer: Signer = { issuer: 'key', identity: 'SHA256:x' };
const pin = (image: string, more: { signer?: Signer } = {}) => ({ kind: 'image' as const, image, ...more });
const lock: Lock = {
  ...EMPTY_LOCK,
  servers: {
    locked: pin(`ghcr.io/acme/x:1.0@${DIGEST}`),
    changed: pin(`ghcr.io/acme/y:1.0@${DIGEST}`),
    twin: pin(`ghcr.io/acme/x:1.0@${DIGEST}`),
    local: { kind: 'local-image', image: 'localhost/z:1.0', id: DIGEST },
  },
};

describe('the images of a stack', () => {
  it('are those of its servers, in their order, with what the lock has for each', () => {
    expect(
      imagesOf(manifest, lock, new Set()).map(({ server, pin, reason }) => [server, pin?.image, reason]),
    ).toEqual([
      ['locked', `ghcr.io/acme/x:1.0@${DIGEST}`, undefined],
      ['changed', undefined, 'changed'],
      ['missing', undefined, 'missing'],
      ['twin', `ghcr.io/acme/x:1.0@${DIGEST}`, undefined],
      ['local', undefined, 'local'],
    ]);
  });

  it('are only those that are named, if any are', () => {
    expect(imagesOf(manifest, lock, new Set(['twin', 'package'])).map(({ server }) => server)).toEqual([
      'twin',
    ]);
  });

  it('are looked at once for servers of the same image, and apart when others signed them', () => {
    const servers = ({ servers }: { servers: readonly string[] }): readonly string[] => servers;
    expect(lockedImages(imagesOf(manifest, lock, new Set())).map(servers)).toEqual([['locked', 'twin']]);
    const signed = {
      ...lock,
      servers: { ...lock.servers, twin: pin(`ghcr.io/acme/x:1.0@${DIGEST}`, { signer }) },
    };
    expect(lockedImages(imagesOf(manifest, signed, new Set())).map(servers)).toEqual([['locked'], ['twin']]);
  });
});
