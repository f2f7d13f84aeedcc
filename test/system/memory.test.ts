import { describe, expect, it } from 'vitest';
import { ManualClock, memorySystem } from '../../src/system/memory.ts';

describe('permissions in memory', () => {
  const tree = { '/home/ann/own': 'a', '/etc/': '' };

  it('lets a user write what is theirs and nothing else', async () => {
    const { files } = memorySystem({ tree, identity: { uid: 1000 } });
    await files.changeMode('/home/ann/own', 0o400);
    await expect(files.fill('/home/ann/own', 'x', { sync: true })).rejects.toMatchObject({ code: 'EACCES' });
    expect((await files.read('/home/ann/own')).toString()).toBe('a');
    const once = { mode: 0o600, sync: true };
    await expect(files.create('/new', '', once)).rejects.toMatchObject({ code: 'EACCES' });
    await expect(files.changeOwner('/home/ann/own', 0, 0)).rejects.toMatchObject({ code: 'EPERM' });
  });

  it('hides what is in a folder that may not be searched', async () => {
    const { files } = memorySystem({ tree, identity: { uid: 1000 } });
    await files.changeMode('/home/ann', 0o600);
    await expect(files.read('/home/ann/own')).rejects.toMatchObject({ code: 'EACCES' });
    expect(await files.list('/home/ann')).toEqual(['own']);
  });

  it('lets root do anything', async () => {
    const { files } = memorySystem({ tree, identity: { uid: 0 } });
    await files.changeMode('/home/ann/own', 0);
    expect((await files.read('/home/ann/own')).toString()).toBe('a');
  });
});

describe('a watch in memory', () => {
  it('names what changes in its folder until it is closed', async () => {
    const { files } = memorySystem({ tree: { '/home/ann/': '' } });
    const names: string[] = [];
    const watch = files.watch('/home/ann', (name) => names.push(name));
    await files.create('/home/ann/a', '', { mode: 0o600, sync: false });
    await files.rename('/home/ann/a', '/home/ann/b');
    watch.close();
    await files.remove('/home/ann/b');
    expect(names).toEqual(['a', 'b', 'a']);
  });
});

describe('a clock that a test moves', () => {
  it('lets a sleep pass at once and moves on by its length', async () => {
    const clock = new ManualClock(1_000);
    await clock.sleep(500);
    expect([clock.now(), clock.monotonic()]).toEqual([1_500, 500]);
  });

  it('holds sleepers until it gets there', async () => {
    const clock = new ManualClock();
    clock.holdsSleepers = true;
    const woken: number[] = [];
    const all = [30, 10].map((ms) => clock.sleep(ms).then(() => woken.push(ms)));
    clock.advance(10);
    await all[1];
    expect(woken).toEqual([10]);
    clock.advance(20);
    await all[0];
    expect(woken).toEqual([10, 30]);
  });

  it('ends a sleep with the reason of the signal', async () => {
    const clock = new ManualClock();
    clock.holdsSleepers = true;
    const stop = new AbortController();
    const sleep = clock.sleep(1_000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(clock.sleep(1, stop.signal)).rejects.toThrow('enough');
  });
});
