import { expect, it } from 'vitest';
import { launcherLabels } from '../../../src/launch/docker/labels.ts';
import { lookAtContainer } from '../../../src/launch/docker/look.ts';
import { fakeDocker, LIVING, ME } from './recorded.ts';

const ours = launcherLabels(`github-${'0a'.repeat(16)}`, 'github', ME);
const imageId = 'sha256:e884f40d4be1cdb660fc68900fbd3430fc669e7a070de6e826592a88d03b38b6';

async function labelsSeen(labels: object, ofImage: object | null) {
  const { ctx, asked } = fakeDocker(([kind]) =>
    kind === 'image'
      ? { stdout: ofImage === null ? '' : `${JSON.stringify({ id: imageId, labels: ofImage })}\n` }
      : { stdout: LIVING.replace(/"labels":\{[^}]*\}/, `"labels":${JSON.stringify(labels)}`) },
  );
  return { labels: (await lookAtContainer('a'.repeat(64), ctx))?.labels, calls: asked.length };
}

it.each<[string, object, object | null, object]>([
  ['keeps labels that the image does not have', { ...ours, a: 'b' }, { a: 'b' }, { ...ours, a: 'b' }],
  [
    'keeps those of a launch of an image that has those of another',
    ours,
    { ...ours, 'dev.mcpform.pid': '1' },
    ours,
  ],
  ['drops those that all come from the image', { ...ours, a: 'b' }, ours, { a: 'b' }],
  ['keeps them when the image is gone', ours, null, ours],
])('%s', async (_what, labels, ofImage, expected) => {
  expect(await labelsSeen(labels, ofImage)).toEqual({ labels: expected, calls: 2 });
});

it('asks for no image where no label is ours', async () => {
  expect(await labelsSeen({ a: 'b' }, null)).toEqual({ labels: { a: 'b' }, calls: 1 });
});
