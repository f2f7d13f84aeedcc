import { describe, expect, it } from 'vitest';
import { type ImagesPull, renderImagesPull } from '../../src/report/images-pull.ts';

const image = (name: string, more: Partial<ImagesPull['images'][number]> = {}) => ({
  engine: 'docker',
  image: name,
  platform: null,
  servers: ['x'],
  result: 'pulled' as const,
  ...more,
});
const plain = { color: false, width: 80 };

describe('what became of images that engines were to have', () => {
  it('is a line each, with what to do where it failed, and a count', () => {
    const images = [
      image(`a:1@sha256:${'3f'.repeat(32)}`),
      image('b:1', { result: 'current' }),
      image('c:1', { result: 'local' }),
      image('d:1', {
        result: 'failed',
        error: { code: 'ENGINE_PULL_DENIED', message: 'docker would not pull it', hint: 'docker login' },
      }),
    ];
    expect(renderImagesPull({ images }, plain)).toBe(
      [
        '+ a:1 (sha256 3f3f3f3f3f3f…) pulled',
        '= b:1 is there already',
        '= c:1 is a local image, which no registry has',
        '! d:1 could not be pulled',
        '    docker would not pull it [ENGINE_PULL_DENIED]',
        '    fix: docker login',
        '',
        '1 pulled, 1 there already, 1 local, 1 failed.',
        '',
      ].join('\n'),
    );
  });

  it('names the engine where there are several', () => {
    const text = renderImagesPull({ images: [image('a:1'), image('a:1', { engine: 'docker@lab' })] }, plain);
    expect(text).toContain('+ docker: a:1 pulled\n+ docker@lab: a:1 pulled\n');
  });

  it('is a sentence where there is none', () => {
    expect(renderImagesPull({ images: [] }, plain)).toBe('No server is an image.\n');
  });
});
