import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { takeLock, unlock } from '../../src/state/lock-file.ts';
import type { LockOwner } from '../../src/state/lock-owner.ts';
import { type MemorySystem, memorySystem } from '../../src/system/memory.ts';
import { schemaErrors } from './machine.ts';

const folder = '/state';
const request = { command: 'mcpform apply' };

/** Another holder's lock, on disk; by default a live process of this machine, in the same container. */
function held(
  owner: Partial<LockOwner> = {},
  alive: readonly [number, string][] = [[7, '70']],
): MemorySystem {
  const lock: LockOwner = {
    ...{ formatVersion: 1, nonce: 'n1', machineId: 'machine-1', bootId: 'boot-1', pidNamespace: 'pid:[1]' },
    ...{ pid: 7, startTime: '70', hostName: 'laptop', command: 'mcpform reconcile' },
    since: '2026-01-01T00:00:00.000Z',
    ...owner,
  };
  const system = memorySystem({ tree: { '/state/lock': JSON.stringify(lock) } });
  for (const [pid, startTime] of alive) system.alive.set(pid, startTime);
  return system;
}

describe('what processes left that died while they took it', () => {
  it('goes with the next lock, written or not; what a live one is about to write stays', async () => {
    const system = memorySystem({ tree: { '/state/': '' } });
    const { machineId, bootId, pidNamespace } = await system.processes.identity();
    const tag = hash('sha256', JSON.stringify([machineId, bootId, pidNamespace])).slice(0, 8);
    system.alive.set(8, '80');
    const nonce = '0123456789abcdef';
    await system.files.create(`/state/lock.${nonce}.7.${tag}`, '', { mode: 0o600, sync: false });
    await system.files.create(`/state/lock.${nonce}.8.${tag}`, '', { mode: 0o600, sync: false });
    await system.files.create(`/state/lock.${nonce}.7.00000000`, '', { mode: 0o600, sync: false });
    await takeLock(folder, request, { system });
    expect([...(await system.files.list('/state'))].sort()).toEqual([
      'lock',
      `lock.${nonce}.7.00000000`,
      `lock.${nonce}.8.${tag}`,
    ]);
  });
});

describe('a lock that is free', () => {
  it('is taken, says who has it, and is gone when given back', async () => {
    const system = memorySystem({ tree: { '/state/': '' } });
    const lock = await takeLock(folder, request, { system });
    const written = JSON.parse((await system.files.read('/state/lock')).toString()) as LockOwner;
    expect(written).toEqual(lock.owner);
    expect(schemaErrors(written, 'lockOwner')).toEqual([]);
    expect(await system.files.list(folder)).toEqual(['lock']);
    await lock.release();
    expect(await system.files.list(folder)).toEqual([]);
  });

  it('is not given to the same process twice', async () => {
    const system = memorySystem({ tree: { '/state/': '' } });
    await takeLock(folder, request, { system });
    await expect(takeLock(folder, request, { system })).rejects.toMatchObject({ code: 'STATE_LOCKED' });
  });

  it('is taken on a disk without hard links too', async () => {
    const { files, ...rest } = memorySystem({ tree: { '/state/': '' } });
    const link = async (): Promise<void> => {
      throw Object.assign(new Error('no links'), { code: 'EPERM' });
    };
    const bound = new Proxy(files, {
      get: (target, name) => {
        if (name === 'link') return link;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const system = { ...rest, files: bound };
    const lock = await takeLock(folder, request, { system });
    await expect(takeLock(folder, request, { system })).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    await lock.release();
  });
});

describe('a lock of somebody else', () => {
  it.each<[string, Partial<LockOwner>, readonly [number, string][], 'taken' | 'left']>([
    ['a live process', {}, [[7, '70']], 'left'],
    ['a process that is gone', {}, [], 'taken'],
    ['a number that now belongs to another process', {}, [[7, '99']], 'taken'],
    ['a live process of unknown start', { startTime: null }, [[7, '70']], 'left'],
    ['an earlier boot, even if the number is in use', { bootId: 'boot-0' }, [[7, '70']], 'taken'],
    ['another container, whose processes cannot be seen', { pidNamespace: 'pid:[2]' }, [], 'left'],
    ['another machine', { machineId: 'machine-2' }, [], 'left'],
    ['another machine that was started again', { machineId: 'machine-2', bootId: 'boot-0' }, [], 'left'],
  ])('of %s is handled: %#', async (_name, owner, alive, what) => {
    const system = held(owner, alive);
    const taking = takeLock(folder, request, { system });
    if (what === 'taken') expect((await taking).owner.command).toBe('mcpform apply');
    else await expect(taking).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect(await system.files.list(folder)).toEqual(['lock']);
  });

  it('says who has it, where, since when, and how to unlock', async () => {
    const refused = takeLock(folder, request, { system: held() });
    await expect(refused).rejects.toThrow(
      '"mcpform reconcile" (process 7 on "laptop") has held the state since 2026-01-01T00:00:00.000Z',
    );
    await expect(refused).rejects.toMatchObject({ hint: expect.stringContaining('state unlock --force') });
    const far = takeLock(folder, request, { system: held({ machineId: 'machine-2', hostName: 'desk' }) });
    await expect(far).rejects.toThrow('(process 7 on "desk", another machine)');
  });

  it('is waited for as long as one wants', async () => {
    const system = held();
    const taking = takeLock(folder, { ...request, waitMs: 1_000 }, { system });
    await system.files.remove('/state/lock');
    expect((await taking).owner.pid).toBe(100);

    const vain = held();
    const waiting = takeLock(folder, { ...request, waitMs: 1_000 }, { system: vain });
    await expect(waiting).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect(vain.clock.monotonic()).toBe(1_000);
  });

  it('of a pass of the loop is waited for without being told to, but not by another loop', async () => {
    const person = held({ command: 'reconcile' });
    await expect(takeLock(folder, request, { system: person })).rejects.toMatchObject({
      code: 'STATE_LOCKED',
    });
    expect(person.clock.monotonic()).toBe(30_000);

    const loop = held({ command: 'reconcile' });
    const second = takeLock(folder, { command: 'reconcile' }, { system: loop });
    await expect(second).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect(loop.clock.monotonic()).toBe(0);
  });

  it('that cannot be read is left alone', async () => {
    const system = memorySystem({ tree: { '/state/lock': '' } });
    await expect(takeLock(folder, request, { system })).rejects.toThrow('does not say whose it is');
  });

  it('passes on although the one who was about to take it over died as well', async () => {
    const system = held({}, []);
    const dead = { ...(JSON.parse((await system.files.read('/state/lock')).toString()) as LockOwner) };
    const right = JSON.stringify({ ...dead, nonce: 'n2', pid: 8 });
    await system.files.create('/state/lock.broken.n1', right, { mode: 0o600, sync: true });
    await system.files.create('/state/lock.n2', right, { mode: 0o600, sync: true });
    await takeLock(folder, request, { system });
    expect(await system.files.list(folder)).toEqual(['lock']);
  });

  it('is left to a live process that is about to take it over', async () => {
    const system = held({}, [[8, '80']]);
    const dead = { ...(JSON.parse((await system.files.read('/state/lock')).toString()) as LockOwner) };
    const right = JSON.stringify({ ...dead, nonce: 'n2', pid: 8, startTime: '80' });
    await system.files.create('/state/lock.broken.n1', right, { mode: 0o600, sync: true });
    await expect(takeLock(folder, request, { system })).rejects.toThrow(
      'is being taken over by another process',
    );
  });
});

describe('unlocking', () => {
  it('removes the lock of a dead process, and of a live one only by force', async () => {
    const dead = held({}, []);
    expect(await unlock(folder, { force: false }, { system: dead })).toMatchObject({ pid: 7 });
    expect(await dead.files.list(folder)).toEqual([]);

    const alive = held();
    const refused = unlock(folder, { force: false }, { system: alive });
    await expect(refused).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect(await unlock(folder, { force: true }, { system: alive })).toMatchObject({ pid: 7 });
    expect(await unlock(folder, { force: true }, { system: alive })).toBeNull();
  });

  it('removes by force a lock that cannot be read', async () => {
    const system = memorySystem({ tree: { '/state/lock': '{' } });
    expect(await unlock(folder, { force: true }, { system })).toBe('unreadable');
  });

  it('leaves the next holder alone when the one who was unlocked gives it back', async () => {
    const system = memorySystem({ tree: { '/state/': '' } });
    const first = await takeLock(folder, request, { system });
    await unlock(folder, { force: true }, { system });
    const second = await takeLock(folder, request, { system });
    await first.release();
    expect(JSON.parse((await system.files.read('/state/lock')).toString())).toEqual(second.owner);
  });
});
