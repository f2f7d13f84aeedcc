import { expect, it } from 'vitest';
import { unsignedImages } from '../../src/engine/unsigned-images.ts';
import { desire } from '../../src/graph/desire.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Pin } from '../../src/model/lock.ts';
import { server, stack } from '../graph/stack.ts';
import { surroundings } from '../graph/surroundings.ts';

const imageOf = (name: string, digit: string): Pin => ({
  kind: 'image',
  image: `ghcr.io/acme/${name}:1@sha256:${digit.repeat(64)}`,
});
const http = (name: string) =>
  server(name, {
    runtime: { kind: 'image', image: `ghcr.io/acme/${name}:1` },
    transport: 'http',
    args: [],
    engine: { port: 80 },
  });

it('fetches no image that nobody signed, and says why under its own address', () => {
  const pins = { a: imageOf('a', '1'), b: imageOf('b', '2') };
  const { desired } = desire(stack([http('a'), http('b')]), surroundings(pins));
  const finding: Finding = {
    code: 'VERIFY_UNSIGNED',
    severity: 'error',
    message: 'nobody signed it',
    address: 'docker/container/a',
  };
  const image = 'docker/image/ghcr.io/acme/a@111111111111';
  expect(unsignedImages(new Map([['docker/container/a', finding]]), desired)).toEqual([
    [image, { ...finding, address: image }],
  ]);
  expect(unsignedImages(new Map(), desired)).toEqual([]);
});
