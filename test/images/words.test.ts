import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.ts';
import { GROUPS } from '../../src/cli/groups.ts';
import { bytesWords } from '../../src/report/images-bytes.ts';
import { type CopiedImage, type ImagesCopy, renderImagesCopy } from '../../src/report/images-copy.ts';
import { type ImagesList, renderImagesList } from '../../src/report/images-list.ts';
import {
  addEvent,
  finishedLine,
  type ImagesEvent,
  noProgress,
  progressLine,
} from '../../src/report/images-progress.ts';
import { type ImagesVerification, renderImagesVerification } from '../../src/report/images-verify.ts';

const plain = { color: false, width: 100 };
const DIGEST = `sha256:${'a'.repeat(64)}`;

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [45_321_000, '45.3 MB'],
  [999_949_999, '999.9 MB'],
  [999_950_000, '1.0 GB'],
  [7.25e15, '7250.0 TB'],
])('%i bytes are %s', (bytes, words) => expect(bytesWords(bytes)).toBe(words));

it('every group of commands has words of its own', () => {
  const groups = new Set(
    CATALOGUE.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0]),
  );
  expect(Object.keys(GROUPS).sort()).toEqual([...groups].sort());
});

describe('progress', () => {
  const lineOf = (...events: readonly ImagesEvent[]): string =>
    progressLine('copying', events.reduce(addEvent, noProgress(2)), 2000);

  it('counts images, blobs and bytes, with a rate once there is one', () => {
    expect(lineOf()).toBe('copying 2 images, 0 done');
    const found = { kind: 'found', blobs: 3, bytes: 3_000_000 } as const;
    expect(lineOf(found)).toBe('copying 2 images, 0 done: 0 of 3 blobs, 0 B of 3.0 MB');
    expect(
      lineOf(
        found,
        { kind: 'bytes', bytes: 2_000_000 },
        { kind: 'blob', result: 'sent', bytes: 2_000_000 },
        { kind: 'image.finished', image: 'x', result: 'done' },
      ),
    ).toBe('copying 2 images, 1 done: 1 of 3 blobs, 2.0 MB of 3.0 MB, 1.0 MB/s');
  });

  it('counts what was taken over as done, and what was in vain as not', () => {
    const found = { kind: 'found', blobs: 2, bytes: 2000 } as const;
    expect(lineOf(found, { kind: 'blob', result: 'mounted', bytes: 1000 })).toContain(
      '1 of 2 blobs, 1.0 kB of 2.0 kB',
    );
    expect(lineOf(found, { kind: 'bytes', bytes: 700 }, { kind: 'bytes', bytes: -700 })).toContain(
      '0 B of 2.0 kB',
    );
  });

  it('has a line for a log when an image is finished', () => {
    const image = 'ghcr.io/acme/x\u202e:1';
    expect(finishedLine('copying', { kind: 'image.started', image })).toBeNull();
    expect(finishedLine('copying', { kind: 'image.finished', image, result: 'done' })).toBe(
      'ghcr.io/acme/x\\u202e:1 copied',
    );
    expect(finishedLine('verifying', { kind: 'image.finished', image: 'x', result: 'done' })).toBe(
      'x is as locked',
    );
    expect(finishedLine('checking', { kind: 'image.finished', image: 'x', result: 'done' })).toBe(
      'x is to be copied',
    );
  });
});

describe('the answer of images list', () => {
  const list = (...images: ImagesList['images']): string =>
    renderImagesList({ formatVersion: '1.0', stack: 's', images }, plain);

  it('is a table, with signers and platforms where there are any', () => {
    const signer = { issuer: 'https://issuer.example', identity: 'https://github.com/acme/x@refs/tags/v1' };
    expect(
      list(
        {
          server: 'everything',
          image: 'ghcr.io/acme/x:1',
          digest: DIGEST,
          signer,
          platforms: [
            { platform: 'linux/amd64', manifest: DIGEST, config: DIGEST },
            { platform: null, manifest: DIGEST, config: DIGEST },
          ],
        },
        { server: 'open', image: 'redis:7', digest: null, reason: 'missing', signer: null, platforms: null },
      ),
    ).toBe(`SERVER      IMAGE             DIGEST${' '.repeat(67)}SIGNER                                  PLATFORMS
everything  ghcr.io/acme/x:1  ${DIGEST}  https://github.com/acme/x@refs/tags/v1  linux/amd64, unknown
open        redis:7           not locked${' '.repeat(63)}-                                       -

2 images, 1 not locked: run \`mcpform lock\`.
`);
  });

  it('names what could not be looked at', () => {
    const error = { code: 'RESOLVE_DENIED', message: 'no\u0007' } as const;
    expect(list({ server: 'a', image: 'x', digest: DIGEST, signer: null, platforms: null, error })).toContain(
      '! a: no\\u0007 [RESOLVE_DENIED]',
    );
  });

  it('says when there is none', () => expect(list()).toBe('No server is an image.\n'));
});

describe('the answer of images copy', () => {
  const none = { sent: 0, mounted: 0, there: 0 };
  const image = (more: Partial<CopiedImage>): CopiedImage => ({
    servers: ['x'],
    source: `ghcr.io/acme/x:1@${DIGEST}`,
    target: `mirror.example.com/acme/x:1@${DIGEST}`,
    result: 'copied',
    tag: 'set',
    manifests: none,
    blobs: none,
    bytes: none,
    elsewhere: 0,
    attached: null,
    ...more,
  });
  const copy = (images: readonly CopiedImage[], more: Partial<ImagesCopy> = {}): string =>
    renderImagesCopy(
      { formatVersion: '1.0', stack: 's', to: 'mirror.example.com', isDryRun: false, images, ...more },
      plain,
    );

  it('has source, target and what was sent of each image, and counts', () => {
    const sent = image({
      manifests: { sent: 3, mounted: 0, there: 1 },
      blobs: { sent: 5, mounted: 1, there: 2 },
      bytes: { sent: 12_000_000, mounted: 3000, there: 400 },
      elsewhere: 1,
      attached: 2,
      tag: 'moved',
    });
    const current = image({
      result: 'current',
      bytes: { sent: 0, mounted: 0, there: 9000 },
      attached: 0,
      tag: 'there',
    });
    expect(copy([sent, current])).toBe(`+ ghcr.io/acme/x:1@${DIGEST}
    -> mirror.example.com/acme/x:1@${DIGEST}
    12.0 MB sent (5 blobs, 3 manifests), 400 B there already, 3.0 kB taken over inside the registry, 1 foreign layer left where it comes from, tag moved, with 2 signatures and attestations
= ghcr.io/acme/x:1@${DIGEST}
    -> mirror.example.com/acme/x:1@${DIGEST}
    all 9.0 kB there already, no signatures

mirror.example.com: 1 copied, 1 there already; 12.0 MB sent, 3.0 kB taken over, 9.4 kB there already.
`);
  });

  it('says why an image failed, what to do, and that the next run goes on', () => {
    const failed = image({
      result: 'failed',
      tag: null,
      bytes: { sent: 5_000_000, mounted: 0, there: 0 },
      error: {
        code: 'RESOLVE_UNAVAILABLE',
        message: '"mirror.example.com" answered 503',
        hint: 'try again later',
      },
    });
    const text = copy([failed]);
    expect(text).toContain(
      '    "mirror.example.com" answered 503 [RESOLVE_UNAVAILABLE]\n    fix: try again later\n',
    );
    expect(text).toContain('    5.0 MB were sent; the next run goes on from there\n');
    expect(text).toContain('mirror.example.com: 1 failed;');
  });

  it('of a dry run is about what would be', () => {
    const text = copy([image({ bytes: { sent: 1000, mounted: 0, there: 0 }, tag: 'moved' })], {
      isDryRun: true,
    });
    expect(text).toContain('1.0 kB to send');
    expect(text).toContain('tag to move');
    expect(text).toContain('1 to copy; 1.0 kB to send');
  });
});

describe('the answer of images verify', () => {
  const verified = {
    servers: ['x'],
    image: `ghcr.io/acme/x:1@${DIGEST}`,
    result: 'verified',
    manifests: 4,
    blobs: 1,
    bytes: 2000,
    elsewhere: 0,
    signer: null,
    findings: [],
  } as const;
  const verification = (more: Partial<ImagesVerification>): string =>
    renderImagesVerification(
      {
        formatVersion: '1.0',
        stack: 's',
        isFull: false,
        isAsLocked: true,
        images: [],
        findings: [],
        ...more,
      },
      plain,
    );

  it('has a line per image, and counts', () => {
    expect(verification({ images: [verified], isFull: true })).toBe(
      `= ghcr.io/acme/x:1@${DIGEST}  # as locked, 4 manifests and 1 blob there, 2.0 kB hashed\n\n1 image: all as locked.\n`,
    );
    const signer = { issuer: 'key', identity: 'SHA256:x' };
    const images = [
      { ...verified, signer },
      { ...verified, result: 'different', elsewhere: 1 },
      { ...verified, result: 'denied' },
      { ...verified, result: 'unknown', manifests: 0 },
    ] as const;
    const open = { code: 'LOCK_UNSATISFIED', severity: 'error', message: 'not in the lock' } as const;
    const text = verification({ images, isAsLocked: false, findings: [open] });
    expect(text).toContain('2.0 kB, signed by SHA256:x');
    expect(text).toContain(
      '# not as locked, 4 manifests and 1 blob there, 2.0 kB, 1 foreign layer elsewhere',
    );
    expect(text).toMatch(/# could not be verified\n/);
    expect(text.trimEnd().split('\n').at(-1)).toBe(
      '5 images: 1 as locked, 1 not as locked, 1 not signed as it shall be, 1 could not be verified, 1 not locked; see above.',
    );
  });
});
