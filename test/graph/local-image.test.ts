import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import type { LocalImagePin } from '../../src/model/lock.ts';
import type { Server } from '../../src/model/manifest.ts';
import type { DesiredEntry } from '../../src/model/resource.ts';
import { server, stack } from './stack.ts';
import { surroundings } from './surroundings.ts';

const id = `sha256:${'5a'.repeat(32)}`;
const image = 'localhost/notes:latest';
const pin: LocalImagePin = { kind: 'local-image', image, id };

function entryOf(more: Partial<Server>, pinned: LocalImagePin | null = pin) {
  const declared = server('notes', { runtime: { kind: 'image', image, isLocal: true }, args: [], ...more });
  const { desired, findings } = desire(
    stack([declared]),
    surroundings(pinned === null ? {} : { notes: pinned }),
  );
  const entry = desired.find(({ kind }) => kind === 'entry') as DesiredEntry;
  return { entry, codes: findings.map(({ code, severity }) => `${severity} ${code}`) };
}

describe('an image that no registry has', () => {
  it('runs by the id that the lock has, is never pulled, and is pointed out', () => {
    const { entry, codes } = entryOf({ launch: 'direct' });
    expect(entry.spec.args.at(-1)).toBe(id);
    expect(entry.spec.args).toContain('--pull=never');
    expect(entry.pin).toEqual({ name: image, digest: id });
    expect(entry.blocked).toBeUndefined();
    expect(codes).toEqual(['warning GRAPH_LAUNCH_DIRECT', 'warning GRAPH_IMAGE_LOCAL']);
  });

  it('is the id alone in a launch record, and another id is another launch', () => {
    const { entry } = entryOf({});
    expect(entry.launch).toMatchObject({ container: { image: id } });
    const rebuilt = entryOf({}, { ...pin, id: `sha256:${'5b'.repeat(32)}` }).entry;
    expect(rebuilt.spec.args).not.toEqual(entry.spec.args);
    expect(rebuilt.launchDigest).not.toBe(entry.launchDigest);
  });

  it('is blocked until the lock has its id', () => {
    expect(entryOf({}, null).entry.blocked).toMatchObject({ code: 'GRAPH_UNLOCKED' });
  });

  it.each(['direct', 'verified'] as const)('never goes into a file that is shared, launched %s', (launch) => {
    const { entry } = entryOf({ launch, targets: [{ client: 'claude-code', scope: 'project' }] });
    expect(entry.blocked).toMatchObject({
      code: 'GRAPH_IMAGE_LOCAL',
      message: expect.stringContaining('a file that is shared'),
    });
    expect(JSON.stringify(entry.spec)).not.toContain(id);
  });

  it('is an object of its engine for a server over HTTP, by its id, and its entry may be shared', () => {
    const project = { client: 'claude-code', scope: 'project' } as const;
    const declared = (name: string) =>
      server(name, {
        runtime: { kind: 'image', image, isLocal: true },
        transport: 'http',
        args: [],
        targets: [project],
        engine: { port: 3000 },
      });
    const other = { ...pin, id: `sha256:${'5b'.repeat(32)}` };
    const { desired, findings } = desire(
      stack([declared('notes'), { ...declared('more'), engine: { port: 3000, platform: 'linux/arm64' } }]),
      surroundings({ notes: pin, more: other }),
    );
    expect(desired.filter(({ blocked }) => blocked !== undefined)).toEqual([]);
    const [object, container] = desired;
    expect(object).toMatchObject({
      address: `docker/image/localhost/notes@${'5a'.repeat(6)}`,
      image: id,
      name: id,
      pin: { name: image, digest: id },
    });
    expect(container).toMatchObject({ dependsOn: [object?.address], container: { image: id } });
    expect(findings.map(({ code }) => code)).toEqual(['GRAPH_IMAGE_LOCAL', 'GRAPH_IMAGE_LOCAL']);
  });
});
