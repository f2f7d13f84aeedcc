import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Emission } from '../../src/model/resource.ts';
import { declared, entry, planOf, there, type World } from './world.ts';

const LOCATOR = 'pass:work/token';
const node: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'], env: { T: 'now' } };
const receiving = (via: Emission, more: Parameters<typeof declared>[2] = {}) =>
  declared('a', node, { secrets: [{ name: 'token', locator: LOCATOR, pointer: '/env/T', via }], ...more });

/** As it is after an apply. */
function settled(via: Emission, more: Partial<World> = {}): World {
  const desired = receiving(via);
  return { desired: [desired], entries: [entry(desired)], observed: [there('a', node)], ...more };
}

describe('what is as declared', () => {
  it('needs nothing while its secrets are granted and have not changed', () => {
    expect(planOf(settled('wrapper')).steps).toEqual([]);
  });

  it('has a step for a secret that nobody granted to it', () => {
    expect(planOf(settled('wrapper', { ungranted: [LOCATOR] })).steps).toMatchObject([
      { action: 'record', because: 'ungranted', secrets: [{ locator: LOCATOR, isNew: true }] },
    ]);
  });

  it('has none for what the client expands itself', () => {
    expect(planOf(settled('reference', { ungranted: [LOCATOR] })).steps).toEqual([]);
  });

  it('has a step for a secret that has another value', () => {
    expect(planOf(settled('wrapper', { changed: [LOCATOR] })).steps).toMatchObject([
      {
        action: 'record',
        because: 'rotated',
        secrets: [{ locator: LOCATOR, isNew: false, hasChanged: true }],
      },
    ]);
  });
});

describe('a value that was filled in', () => {
  const template = { ...node, env: { T: '${secret.token}' } };
  const fills = [{ kind: 'text', pointer: '/env/T', template: [{ secret: 'token' }] }] as const;
  const world = (more: Partial<World>, drifted: readonly string[] = []): World => ({
    desired: [{ ...receiving('plaintext', { fills }), attributes: template, drifted }],
    entries: [entry(receiving('plaintext'))],
    observed: [there('a', node)],
    ...more,
  });

  it('is updated because of the secret when that has changed, and never shown', () => {
    const [step] = planOf(world({ changed: [LOCATOR] })).steps;
    expect(step).toMatchObject({ action: 'update', because: 'rotated' });
    expect(step?.paths).toEqual([
      {
        pointer: '/env/T',
        before: { hidden: true, digest: expect.any(String) },
        after: { value: '${secret.token}' },
        cause: 'secret',
      },
    ]);
  });

  it('is put back when somebody else changed it', () => {
    const observed = [there('a', { ...node, env: { T: 'pasted' } })];
    const [step] = planOf(world({ observed }, ['/env/T'])).steps;
    expect(step).toMatchObject({ action: 'update', because: 'drifted', paths: [{ cause: 'drift' }] });
    expect(JSON.stringify(step)).not.toContain('pasted');
  });
});
