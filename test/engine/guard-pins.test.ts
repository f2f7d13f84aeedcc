import { describe, expect, it } from 'vitest';
import { guardPins } from '../../src/engine/guard-pins.ts';
import type { PinSummary } from '../../src/model/resource.ts';
import { declared, entry } from '../plan/world.ts';

const pin: PinSummary = { name: 'npm:x@1.2.3', digest: 'sha256:a', integrity: 'sha512-a' };

function guarded(before: PinSummary | undefined, after: PinSummary, allowsDowngrade = false) {
  const resource = declared('x', undefined, { pin: after });
  const record = entry(declared('x', undefined, before === undefined ? {} : { pin: before }));
  const [guard] = guardPins([resource], { [record.address]: record }, { allowsDowngrade });
  return guard?.desired.blocked;
}

describe('a lock that comes with the repository', () => {
  it('may go to a newer release, and to other dependencies of the same one', () => {
    expect(guarded(pin, { ...pin, name: 'npm:x@1.2.4', integrity: 'sha512-b' })).toBeUndefined();
    expect(guarded(pin, { ...pin, digest: 'sha256:b' })).toBeUndefined();
    expect(guarded(undefined, pin)).toBeUndefined();
  });

  it('may not go back to an older release, unless somebody says so', () => {
    const older = { ...pin, name: 'npm:x@1.2.2', integrity: 'sha512-b' };
    expect(guarded(pin, older)).toMatchObject({
      code: 'LOCK_DOWNGRADE',
      severity: 'error',
      address: 'claude-code/user/x',
      message: expect.stringContaining('"npm:x@1.2.2"'),
    });
    expect(guarded(pin, older, true)).toBeUndefined();
  });

  it.each(['sha512-b', undefined])('never has other content for the same release (%s)', (integrity) => {
    const { integrity: _, ...rest } = pin;
    const other = integrity === undefined ? rest : { ...rest, integrity };
    expect(guarded(pin, other, true)).toMatchObject({ code: 'LOCK_INTEGRITY' });
  });
});
