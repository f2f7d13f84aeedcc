import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Managed, Wake, WakeSource } from '../../../src/loop/model.ts';
import { fileWakes } from '../../../src/loop/wake/file-wakes.ts';
import type { Context } from '../../../src/model/context.ts';
import type { Event } from '../../../src/model/event.ts';
import type { Files } from '../../../src/model/system.ts';
import { realContext } from '../../support/real-context.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';

/** Longer than an event takes to arrive, even on a busy machine. */
const QUIET_MS = 250;

describe('a change of a file that we manage', () => {
  let home: Home;
  let file: string;
  let wakes: Wake[];
  let source: WakeSource;
  const open: WakeSource[] = [];
  beforeEach(async () => {
    home = await throwawayHome();
    file = join(home.folder, '.claude.json');
    await writeFile(file, '{}');
    await begin(realContext(home));
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
    await home.remove();
  });

  async function begin(ctx: Context, files: readonly string[] = [file]): Promise<void> {
    const own: Wake[] = [];
    wakes = own;
    source = fileWakes(ctx);
    open.push(source);
    await source.start((wake) => own.push(wake));
    await source.settle({ files, engines: [] });
  }

  /** As a pass of ours that writes what it is given. */
  async function pass(work: () => Promise<unknown>, more: Partial<Managed> = {}): Promise<void> {
    await source.hold?.();
    await work();
    await source.settle({ files: [file], engines: [], ...more });
  }

  /** As clients write: a new file beside it that takes its name. */
  async function replace(text: string, path = file): Promise<void> {
    await writeFile(`${path}.tmp`, text);
    await rename(`${path}.tmp`, path);
  }

  async function expectWake(path = file): Promise<void> {
    await expect.poll(() => wakes, { interval: 5 }).toContainEqual({ kind: 'file', file: path });
  }

  async function expectQuiet(): Promise<void> {
    await wait(QUIET_MS);
    expect(wakes).toEqual([]);
  }

  it.each<[string, () => Promise<unknown>]>([
    ['written in place', () => writeFile(file, '{"a":1}')],
    ['replaced by a rename', () => replace('{"a":1}')],
    ['removed', () => rm(file)],
    [
      'turned into a link',
      async () => {
        await writeFile(join(home.project, 'other'), 'x');
        await rm(file);
        await symlink(join(home.project, 'other'), file);
      },
    ],
    ['another one of the same size', () => writeFile(file, '[]')],
  ])('wakes when it is %s', async (_, change) => {
    await change();
    await expectWake();
  });

  it('wakes nobody when the content is the same after all', async () => {
    await replace('{}');
    await writeFile(file, '{}');
    await expectQuiet();
  });

  it('wakes nobody for locks, temporary files and neighbours', async () => {
    await mkdir(`${file}.lock`);
    await writeFile(`${file}.tmp.1`, 'x');
    await writeFile(join(home.folder, '.claude.json.backup'), 'x');
    await rm(`${file}.lock`, { recursive: true });
    await expectQuiet();
  });

  it('wakes nobody for what a pass writes, however its events come', async () => {
    for (let n = 0; n < 20; n++) {
      await pass(async () => {
        await replace(`{"n":${n}}`);
        await writeFile(file, `{"n":${n},"again":true}`);
      });
    }
    await expectQuiet();
  });

  it('wakes for a change right after a pass that wrote', async () => {
    for (let n = 0; n < 20; n++) {
      wakes.length = 0;
      await pass(() => replace(`{"n":${n}}`));
      await writeFile(file, '{"theirs":1}');
      await expectWake();
    }
  });

  it('wakes for what others did during a pass that did not write the file', async () => {
    await pass(() => replace('{"theirs":1}'), { written: [] });
    await expectWake();
    wakes.length = 0;
    await pass(async () => undefined, { written: [] });
    await expectQuiet();
  });

  it('wakes once for one change, again for another, and not for one that was taken back', async () => {
    await replace('{"a":1}');
    await expectWake();
    await replace('{"a":1}');
    await wait(QUIET_MS);
    expect(wakes).toHaveLength(1);
    await replace('{"a":2}');
    await expect.poll(() => wakes.length).toBe(2);
    await pass(async () => undefined);
    await replace('{"a":2}');
    await wait(QUIET_MS);
    expect(wakes).toHaveLength(2);
  });

  it('follows links to files elsewhere', async () => {
    const dotfiles = join(home.folder, 'dotfiles');
    await mkdir(dotfiles);
    await replace('{}', join(dotfiles, 'claude.json'));
    await rm(file);
    await symlink(join(dotfiles, 'claude.json'), file);
    await begin(realContext(home));
    await replace('{"a":1}', join(dotfiles, 'claude.json'));
    await expectWake();
  });

  it('waits for folders that are not there yet, made one by one or moved there as a whole', async () => {
    const deep = join(home.project, 'a/b/c/.mcp.json');
    const moved = join(home.project, 'd/e/.mcp.json');
    await begin(realContext(home), [deep, moved]);
    await mkdir(dirname(deep), { recursive: true });
    await wait(QUIET_MS);
    expect(wakes).toEqual([]);
    await writeFile(deep, '{}');
    await expectWake(deep);
    await mkdir(join(home.folder, 'made/e'), { recursive: true });
    await writeFile(join(home.folder, 'made/e/.mcp.json'), '{}');
    await rename(join(home.folder, 'made'), join(home.project, 'd'));
    await expectWake(moved);
  });

  it('notices a folder that vanishes, and what is in one that comes back', async () => {
    const inner = join(home.project, 'sub/.mcp.json');
    await mkdir(dirname(inner));
    await writeFile(inner, '{}');
    await begin(realContext(home), [inner]);
    for (let n = 0; n < 3; n++) {
      await rm(dirname(inner), { recursive: true });
      await expectWake(inner);
      await pass(async () => undefined, { files: [inner] });
      wakes.length = 0;
      await mkdir(dirname(inner));
      await writeFile(inner, `{"n":${n}}`);
      await expectWake(inner);
      await pass(async () => undefined, { files: [inner] });
      wakes.length = 0;
      await rename(dirname(inner), join(home.project, `aside-${n}`));
      await expectWake(inner);
      await mkdir(dirname(inner));
      await writeFile(inner, '{}');
      await pass(async () => undefined, { files: [inner] });
      wakes.length = 0;
    }
  });

  it('reads a file only after it looks different', async () => {
    const ctx = realContext(home);
    let reads = 0;
    const read: Files['read'] = (path) => {
      reads += 1;
      return ctx.system.files.read(path);
    };
    const counting: Files = { ...ctx.system.files, read };
    // Long enough ago that the time of change is worth something.
    await begin({ ...ctx, system: { ...ctx.system, files: counting, clock: later(ctx) } });
    expect(reads).toBe(1);
    await source.hold?.();
    await source.settle({ files: [file], engines: [] });
    await writeFile(`${file}.tmp`, 'x');
    await expectQuiet();
    expect(reads).toBe(1);
    await replace('{"a":1}');
    await expectWake();
    expect(reads).toBe(2);
  });
  const later = ({ system: { clock } }: Context) => ({ ...clock, now: () => clock.now() + 60_000 });

  it('makes few looks and wakes of a thousand changes in a second', async () => {
    const ctx = realContext(home);
    let reads = 0;
    const read: Files['read'] = (path) => {
      reads += 1;
      return ctx.system.files.read(path);
    };
    const counting: Files = { ...ctx.system.files, read };
    await begin({ ...ctx, system: { ...ctx.system, files: counting } });
    const startedMs = performance.now();
    for (let n = 0; n < 1_000; n++) {
      await replace(`{"n":${n}}`);
      const aheadMs = n - (performance.now() - startedMs);
      if (aheadMs > 1) await wait(aheadMs);
    }
    const tookMs = performance.now() - startedMs;
    await wait(QUIET_MS);
    expect(wakes.length).toBeGreaterThan(0);
    // One each 20 ms, at most.
    expect(reads).toBeLessThan((tookMs + QUIET_MS) / 20 + 5);
    expect(wakes.length).toBeLessThanOrEqual(reads);
  });

  it('lets no change go unseen, whenever it comes during passes that only look', async () => {
    let seen = '{}';
    let isDone = false;
    let passes = 0;
    const random = (ms: number) => wait(Math.random() * ms);
    const looking = (async () => {
      for (; !isDone || wakes.length > 0; await wait(1)) {
        if (wakes.length === 0) continue;
        wakes.length = 0;
        passes += 1;
        await source.hold?.();
        await random(10);
        seen = await readFile(file, 'utf8');
        await random(10);
        await source.settle({ files: [file], engines: [], written: [] });
      }
    })();
    for (let round = 0; round < 8; round++) {
      for (let n = 0; n < 20; n++) {
        await random(30);
        await (n % 2 === 0 ? replace(`{"n":${n}}`) : writeFile(file, `{"round":${round},"n":${n}}`));
      }
      await expect.poll(() => seen, { timeout: 3_000 }).toBe(`{"round":${round},"n":19}`);
    }
    await wait(QUIET_MS);
    const before = passes;
    await wait(QUIET_MS);
    expect(passes).toBe(before);
    isDone = true;
    await looking;
  });

  it('is noticed within moments', async () => {
    const took: number[] = [];
    for (let n = 0; n < 200; n++) {
      // The rest after the look before.
      await wait(25);
      await writeFile(`${file}.tmp`, `{"n":${n}}`);
      expect(wakes).toEqual([]);
      const startedMs = performance.now();
      await rename(`${file}.tmp`, file);
      while (wakes.length === 0) await wait(0);
      took.push(performance.now() - startedMs);
      wakes.length = 0;
      await source.settle({ files: [file], engines: [] });
    }
    took.sort((a, b) => a - b);
    const [p50 = 0, p99 = 0] = [took[99], took[197]];
    console.info(`from a change to the wake: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of 200`);
    expect(p50).toBeLessThan(100);
  });

  it.each(['ENOSPC', 'EMFILE'])(
    'is told once when the system watches no more (%s), and found again later',
    async (code) => {
      const ctx = realContext(home);
      const events: Event[] = [];
      let isFull = true;
      const full: Files = {
        ...ctx.system.files,
        watch: (folder, onChange) => {
          if (isFull) throw Object.assign(new Error('no more'), { code });
          return ctx.system.files.watch(folder, onChange);
        },
      };
      await begin({ ...ctx, emit: (event) => events.push(event), system: { ...ctx.system, files: full } }, [
        file,
        join(home.project, '.mcp.json'),
      ]);
      await source.settle({ files: [file], engines: [] });
      expect(events.map((event) => event.kind === 'finding' && event.finding.code)).toEqual([
        'LOOP_WATCH_LIMIT',
      ]);
      isFull = false;
      await source.settle({ files: [file], engines: [] });
      await replace('{"a":1}');
      await expectWake();
    },
  );

  it('wakes nobody once it is closed, and forgets what is no longer managed', async () => {
    await source.settle({ files: [], engines: [] });
    await replace('{"a":1}');
    await expectQuiet();
    await source.settle({ files: [file], engines: [] });
    await source.close();
    await replace('{"a":2}');
    await expectQuiet();
  });
});
