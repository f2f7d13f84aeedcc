import { describe, expect, it } from 'vitest';
import type { LeftImage, PruneOutcome, PruneReport } from '../../src/model/prune.ts';
import { pruneQuestion, renderPrune, renderPruned } from '../../src/report/images-prune.ts';

const plain = { color: false, width: 80 };
const left = (image: string, more: Partial<LeftImage> = {}): LeftImage => ({
  engine: 'docker',
  image,
  bytes: 45_300_000,
  pulled: '2026-01-02T03:04:05.000Z',
  kept: null,
  ...more,
});
const report = (images: readonly LeftImage[], more: Partial<PruneReport> = {}): PruneReport => ({
  formatVersion: '1.0',
  images,
  needed: 0,
  unknown: 0,
  findings: [],
  ...more,
});

describe('images that may go', () => {
  it('are listed with their size, and why the others stay', () => {
    const images = [
      left('a@1'),
      left('b@1', { kept: 'in-use' }),
      left('c@1', { kept: 'tagged' }),
      left('d@1', { kept: 'recent' }),
      left('e@1', { bytes: 700_000 }),
    ];
    expect(renderPrune(report(images, { needed: 3, unknown: 1 }), plain)).toBe(
      [
        '- a (1)  45.3 MB, pulled 2026-01-02',
        '. b (1)  stays: a container is made from it',
        '. c (1)  stays: somebody gave it a tag',
        '. d (1)  stays for now: it was pulled within the hour',
        '- e (1)  700.0 kB, pulled 2026-01-02',
        '',
        '2 images to remove, up to 46.0 MB; 3 still needed; 1 on engines that cannot be asked.',
        '',
      ].join('\n'),
    );
    expect(pruneQuestion(report(images))).toBe('Remove 2 images? Only "yes" does it: ');
  });

  it('are none, in a sentence', () => {
    expect(renderPrune(report([]), plain)).toBe('No image to remove.\n');
    expect(renderPrune(report([], { needed: 2 }), plain)).toBe('No image to remove; 2 still needed.\n');
  });

  it('have their engine before them where there are several', () => {
    const text = renderPrune(report([left('a@1'), left('a@1', { engine: 'docker@lab' })]), plain);
    expect(text).toContain('- docker: a (1)');
    expect(text).toContain('- docker@lab: a (1)');
  });
});

describe('images that went', () => {
  it('are counted; what did not go is told, with why', () => {
    const [a, b, c, d, e] = [left('a'), left('b'), left('c'), left('d'), left('e')] as const;
    const outcomes = new Map<LeftImage, PruneOutcome>([
      [a, { result: 'removed' }],
      [b, { result: 'failed', error: { code: 'ENGINE_IN_USE', message: 'it is in use', hint: 'docker ps' } }],
      [c, { result: 'kept' }],
      [d, { result: 'gone' }],
    ]);
    expect(renderPruned(report([a, b, c, d, e, left('f', { kept: 'tagged' })]), outcomes, plain)).toBe(
      [
        '! b not removed: it is in use [ENGINE_IN_USE]',
        '    hint: docker ps',
        '. c not removed: it is needed again',
        '. e not removed: interrupted before',
        '',
        '1 removed, up to 45.3 MB freed; 1 gone before; 3 not removed.',
        '',
      ].join('\n'),
    );
  });
});
