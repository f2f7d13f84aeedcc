import { describe, expect, it } from 'vitest';
import { listenPlace } from '../../src/cli/listen-place.ts';

describe('where something listens', () => {
  it.each([
    ['9090', { kind: 'loopback', port: 9090 }],
    ['65535', { kind: 'loopback', port: 65_535 }],
    ['run/x.sock', { kind: 'unix', path: '/srv/run/x.sock' }],
    ['/run/x:1', { kind: 'unix', path: '/run/x:1' }],
  ])('is loopback or a socket: %s', (text, place) => {
    expect(listenPlace(text, '--metrics', '/srv')).toEqual(place);
  });

  it.each(['0', '65536', '0.0.0.0:9090', '[::]:9090', ':9090', 'example.com:9090', '127.0.0.1:9090'])(
    'is not %s, which reaches further or is no port',
    (text) => {
      expect(() => listenPlace(text, '--metrics', '/srv')).toThrow(
        expect.objectContaining({ code: 'USAGE' }),
      );
    },
  );
});
