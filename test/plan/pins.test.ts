import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { DesiredEntry, PinSummary } from '../../src/model/resource.ts';
import type { PlannedResource } from '../../src/plan/plan-input.ts';
import { renderPlanText } from '../../src/report/plan-text.ts';
import { containerOf } from '../support/container-spec.ts';
import { declared, entry, planOf, there } from './world.ts';

const exec = (id: string): JsonObject => ({ type: 'stdio', command: 'mcpform', args: ['exec', id] });
const old = { name: 'npm:x@1.1.1', digest: `sha256:${'3f'.repeat(32)}` };
const next = { name: 'npm:x@1.1.2', digest: `sha256:${'9a'.repeat(32)}` };
const before = entry(declared('x', exec('x-1'), { pin: old }));

describe('what the lock pins', () => {
  it('is news when it is first applied', () => {
    const [step] = planOf({ desired: [declared('x', exec('x-1'), { pin: old })] }).steps;
    expect(step).toMatchObject({ action: 'create', because: 'declared', pin: { after: old } });
  });

  it('is the reason when nothing but the lock moved', () => {
    const world = {
      desired: [declared('x', exec('x-2'), { pin: next })],
      observed: [there('x', exec('x-1'))],
      entries: [before],
    };
    const [step] = planOf(world).steps;
    expect(step).toMatchObject({ action: 'update', because: 'repinned', pin: { before: old, after: next } });
    expect(step?.paths.map(({ pointer, cause }) => [pointer, cause])).toEqual([['/args', 'lock']]);
    expect(renderPlanText(planOf(world), { color: false })).toContain(
      'pinned: npm:x 1.1.1 -> 1.1.2 (sha256 3f3f3f3f3f3f… -> 9a9a9a9a9a9a…)',
    );
  });

  it('is the reason for the image of a container, and not for its arguments', () => {
    const container = (attributes: JsonObject, pin: PinSummary): PlannedResource => {
      const { desired, ...rest } = declared('x', attributes, { pin });
      const object = { kind: 'container', engine: null, name: 's.x', container: containerOf() } as const;
      return { ...rest, desired: { ...(desired as DesiredEntry), ...object } };
    };
    const [one, other] = [old, next].map(({ digest }) => ({ image: digest, args: ['--fast'] }));
    const causes = (wanted: JsonObject) =>
      planOf({
        desired: [container(wanted, next)],
        observed: [there('x', one)],
        entries: [entry(container(one as JsonObject, old))],
      }).steps.map(({ because, paths }) => [because, ...paths.map(({ cause }) => cause)]);
    expect(causes(other as JsonObject)).toEqual([['repinned', 'lock']]);
    expect(causes({ ...other, args: [] })).toEqual([['changed', 'config', 'lock']]);
  });

  it('is not the reason when the manifest moved too', () => {
    const desired = [declared('x', { ...exec('x-2'), env: { A: '1' } }, { pin: next })];
    const [step] = planOf({ desired, observed: [there('x', exec('x-1'))], entries: [before] }).steps;
    expect(step).toMatchObject({ because: 'changed' });
    expect(step?.paths.map(({ cause }) => cause)).toEqual(['lock', 'config']);
  });

  it('is not the reason for arguments of the manifest', () => {
    const desired = [declared('x', exec('x-2'), { pin: old })];
    const [step] = planOf({ desired, observed: [there('x', exec('x-1'))], entries: [before] }).steps;
    expect(step).toMatchObject({ because: 'changed' });
    expect(step).not.toHaveProperty('pin');
  });

  it('is brought into the books when only they lack it', () => {
    const world = {
      desired: [declared('x', exec('x-1'), { pin: next })],
      observed: [there('x', exec('x-1'))],
      entries: [before],
    };
    expect(planOf(world).steps).toMatchObject([{ action: 'record', because: 'in-sync' }]);
  });

  it('drifts like everything else', () => {
    const world = {
      desired: [declared('x', exec('x-1'), { pin: old })],
      observed: [there('x', exec('evil'))],
      entries: [before],
    };
    expect(planOf(world).steps).toMatchObject([
      { because: 'drifted', paths: [{ pointer: '/args', cause: 'drift' }] },
    ]);
  });
});
