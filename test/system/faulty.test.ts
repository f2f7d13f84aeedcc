import { describe, expect, it } from 'vitest';
import { type Call, type Fault, faulty } from '../../src/system/faulty.ts';
import { memorySystem } from '../../src/system/memory.ts';

const tree = { '/w/old': 'old' };
const once = { mode: 0o600, sync: false };
const textOf = async (system: ReturnType<typeof faulty>, path: string): Promise<string> =>
  (await system.files.read(path)).toString();

describe('a loss of power', () => {
  it('takes contents that were not synced, and names of folders that were not', async () => {
    const system = faulty({ tree });
    await system.files.create('/w/named', 'content', once);
    await system.files.syncFolder('/w');
    await system.files.create('/w/full', 'content', { mode: 0o600, sync: true });
    const after = system.restart('power');
    expect(await textOf(after, '/w/named')).toBe('');
    await expect(after.files.read('/w/full')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await textOf(after, '/w/old')).toBe('old');
  });

  it('takes back a rename that was not synced', async () => {
    const system = faulty({ tree });
    await system.files.create('/w/new', 'new', { mode: 0o600, sync: true });
    await system.files.rename('/w/new', '/w/old');
    expect(await textOf(system.fork('power'), '/w/old')).toBe('old');
    await system.files.syncFolder('/w');
    expect(await textOf(system.fork('power'), '/w/old')).toBe('new');
  });

  it('may leave names without their contents, and half of what was appended', async () => {
    const system = faulty({ tree });
    await system.files.create('/w/new', '12345678', once);
    await system.files.rename('/w/new', '/w/old');
    const log = await system.files.openAppend('/w/log', 0o600);
    await log.append('synced');
    await log.sync();
    await log.append('torn');
    const after = system.restart('torn');
    expect(await textOf(after, '/w/old')).toBe('1234');
    expect(await textOf(after, '/w/log')).toBe('syncedto');
  });

  it('leaves everything when only the process died', async () => {
    const system = faulty({ tree });
    await system.files.create('/w/new', 'new', once);
    const after = system.restart('kill');
    expect(await textOf(after, '/w/new')).toBe('new');
    const [before, now] = [await system.fork('kill').processes.identity(), await after.processes.identity()];
    expect(now.pid).toBe(before.pid);
    expect((await after.processes.inspect(100)).isAlive).toBe(false);
  });
});

describe('a fault', () => {
  const at = (n: number, fault: Fault) => faulty({ tree, fault: (call) => (call.n === n ? fault : null) });

  it('fails exactly the call it is asked for', async () => {
    const system = at(2, { kind: 'error', code: 'EIO' });
    expect(await textOf(system, '/w/old')).toBe('old');
    await expect(system.files.read('/w/old')).rejects.toMatchObject({ code: 'EIO', path: '/w/old' });
    expect(await textOf(system, '/w/old')).toBe('old');
    expect(system.calls.map(({ name }) => name)).toEqual(['read', 'read', 'read']);
  });

  it('leaves half of what a failed append wrote', async () => {
    const system = at(2, { kind: 'error', code: 'ENOSPC' });
    const log = await system.files.openAppend('/w/log', 0o600);
    await expect(log.append('12345678')).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await textOf(system, '/w/log')).toBe('1234');
  });

  it('loses for good what a failed sync was to save, whatever later syncs claim', async () => {
    const system = at(3, { kind: 'error', code: 'EIO' });
    const log = await system.files.openAppend('/w/log', 0o600);
    await log.append('data');
    await expect(log.sync()).rejects.toMatchObject({ code: 'EIO' });
    await log.sync();
    await system.files.syncFolder('/w');
    expect(await textOf(system.fork('power'), '/w/log')).toBe('');
  });

  it('breaks the network too, and lets nobody hear from a dead process', async () => {
    const asked: string[] = [];
    const network = {
      request: async ({ url }: { url: string }) => {
        asked.push(url);
        return { status: 200, headers: {}, body: (async function* () {})(), discard: async () => {} };
      },
    };
    const fault = ({ n }: Call): Fault | null =>
      n === 1 ? { kind: 'error', code: 'EIO' } : n === 2 ? { kind: 'crash', when: 'before' } : null;
    const system = faulty({ network, fault });
    const request = { method: 'GET', url: 'https://registry.test/' } as const;
    await expect(system.network.request(request)).rejects.toMatchObject({ code: 'EIO' });
    void system.network.request(request);
    await system.crashed;
    void system.network.request(request);
    expect(asked).toEqual([]);
    await system.restart('kill', { fault: () => null }).network.request(request);
    expect(asked).toEqual([request.url]);
  });

  it('hangs the call, and only that one', async () => {
    const system = at(1, { kind: 'hang' });
    void system.files.read('/w/old');
    await system.hung;
    expect(await textOf(system, '/w/old')).toBe('old');
  });

  it.each([
    ['before', 'old'],
    ['after', 'new'],
  ] as const)('ends the process just %s the call took effect', async (when, left) => {
    const system = at(1, { kind: 'crash', when });
    void system.files.fill('/w/old', 'new', { sync: true });
    await system.crashed;
    // Whatever the dead process still tries has no effect.
    void system.files.remove('/w/old');
    expect(await textOf(system.restart('power'), '/w/old')).toBe(left);
  });

  it('leaves a machine in memory that no fault was asked of as it is', async () => {
    const [plain, system] = [memorySystem({ tree }), faulty({ tree })];
    expect(await system.files.stat('/w/old')).toEqual(await plain.files.stat('/w/old'));
  });
});
