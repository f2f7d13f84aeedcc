import { describe, expect, it } from 'vitest';
import {
  contextOf,
  engineIdOf,
  kindOf,
  nameOf,
  objectPlace,
} from '../../../../src/providers/docker/place.ts';

describe('a place on an engine', () => {
  it.each([
    ['docker:ABCD:EFGH', null, { kind: 'container', name: 'demo.web' }],
    ['podman:host:/var/lib/containers', 'lab', { kind: 'network', name: 'demo.tools' }],
    ['docker:ID', 'lab', { kind: 'image', name: 'ghcr.io/acme/x@sha256:ab' }],
  ] as const)('of %s tells engine, context, kind and name', (id, context, object) => {
    const place = objectPlace(id, context, object);
    expect([engineIdOf(place), contextOf(place), kindOf(place), nameOf(place)]).toEqual([
      id,
      context,
      object.kind,
      object.name,
    ]);
    expect(place.file).toBe(context === null ? 'docker' : `docker@${context}`);
  });

  it('knows no engine that never answered', () => {
    expect(engineIdOf(objectPlace(null, null, { kind: 'volume', name: 'demo.data' }))).toBeNull();
  });
});
