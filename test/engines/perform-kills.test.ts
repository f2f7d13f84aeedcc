import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Begin } from '../../src/model/journal.ts';
import type { Work } from '../../src/model/provider.ts';
import type { DesiredObject } from '../../src/model/resource.ts';
import { recover } from '../../src/providers/docker/recover.ts';
import { settle } from '../../src/state/settle.ts';
import { beginOf, containerNamed } from '../providers/docker/perform/works.ts';
import { saysLine } from '../support/engine-bed.ts';
import { freePort } from '../support/free-port.ts';
import { BEDS, look } from './observe-world.ts';
import { makePerformWorld, type PerformWorld } from './perform-world.ts';
import type { Errand } from './support/perform-elsewhere.ts';

const root = resolve(import.meta.dirname, '../..');
const ROUNDS = 8;

describe.each(BEDS.slice(0, 2))('on $name', ({ start, canRun }) => {
  describe.runIf(canRun())('', () => {
    let world: PerformWorld;
    let ports: readonly number[];
    beforeAll(async () => {
      world = await makePerformWorld(start);
      ports = [await freePort(), await freePort()];
    });
    afterAll(async () => await world?.remove());

    const server = (name: string, version: string, port?: number): DesiredObject =>
      containerNamed(name, {
        image: world.plain,
        args: ['sleep', version],
        service:
          port === undefined
            ? null
            : { transport: 'http', port: 3001, path: '/', publish: { address: '127.0.0.1', port } },
      });

    /** One of each kind, all at once. */
    const plan = async (): Promise<readonly Work[]> => {
      const there = [
        server('clash', '1000', ports[0]),
        server('beside', '1000'),
        server('leaves', '1000'),
        server('stays', '1000'),
      ];
      for (const desired of there) expect(await world.run(desired)).toMatchObject({ result: 'done' });
      return [
        await world.plan(server('new', '2000', ports[1])),
        await world.plan(server('clash', '2000', ports[0])),
        await world.plan(server('beside', '2000')),
        await world.plan(server('leaves', '1000'), { desired: null }),
      ];
    };

    it(`is recovered from a kill at any moment, ${ROUNDS} times`, async () => {
      const seen: string[] = [];
      let wholeMs = 0;
      // Nobody is killed in the first.
      for (let round = 0; round <= ROUNDS; round += 1) {
        const works = await plan();
        const pending = works.map((work) => beginOf(work, world.ctx.digest));
        const before = new Map(
          (await world.engine.listContainers()).map(({ Id, Names }) => [Names?.[0], Id]),
        );
        const killAtMs = round === 0 ? null : Math.random() * wholeMs;
        const tookMs = await performElsewhere({ works, pending: [] }, killAtMs);
        if (round === 0) wholeMs = tookMs ?? 0;
        if (round % 2 === 1) await performElsewhere({ works: [], pending }, Math.random() * 1500);
        expect(await recover(pending, world.ctx)).toEqual(new Map());
        seen.push(...(await judge(works, pending, before)));
        await world.clear();
      }
      console.log(seen.join('\n'));
      expect(seen.filter((line) => line.startsWith('broken'))).toEqual([]);
    });

    /** Null when it was killed; else how long it took. */
    const performElsewhere = async (
      errand: Pick<Errand, 'works' | 'pending'>,
      killAtMs: number | null,
    ): Promise<number | null> => {
      const { home, bed } = world;
      const child = startElsewhere({ home: { folder: home.folder, env: home.env }, env: bed.env, ...errand });
      await saysLine(child, /^begins/, []);
      const startMs = performance.now();
      const timer = killAtMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAtMs);
      const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      if (timer !== null) clearTimeout(timer);
      return signal === null ? performance.now() - startMs : null;
    };

    const judge = async (
      works: readonly Work[],
      pending: readonly Begin[],
      before: ReadonlyMap<string | undefined, string>,
    ): Promise<readonly string[]> => {
      const places = works.map(({ step }) => step.place);
      const ids = new Map(
        works.flatMap(({ step, record }) =>
          record?.objectId === undefined ? [] : [[step.place.key, record.objectId] as const],
        ),
      );
      const { objects } = await look(world, { places, ids });
      const { settled } = settle(pending, { objects }, world.ctx.digest);
      const expected = works.flatMap((work, index) => {
        const [, name = ''] = work.step.place.path;
        const verdict = settled[index]?.settled;
        const isThere = verdict === 'done' ? work.attributes !== null : work.step.action !== 'create';
        return isThere ? [`${name} running`] : [];
      });
      const there = await world.containers();
      const isRight = there.join() === [...expected, 'demo.stays running'].sort().join();
      const old = works.flatMap(({ step }, index) => {
        const name = `/${step.place.path[1]}`;
        if (settled[index]?.settled !== 'not-done' || !before.has(name)) return [];
        return objects.get(step.place.key)?.id === before.get(name) ? [] : [name];
      });
      const verdicts = settled.map(({ settled: each }) => each).join(' ');
      if (isRight && old.length === 0 && !verdicts.includes('conflict')) return [verdicts];
      return [`broken: ${verdicts}; ${there.join(', ')}; lost ${old.join()}`];
    };
  });
});

function startElsewhere(errand: Errand): ChildProcess {
  const script = `
    const { loadTypeScript } = await import(${JSON.stringify(join(root, 'scripts/load-typescript.mjs'))});
    const { performElsewhere } = await loadTypeScript('test/engines/support/perform-elsewhere.ts');
    await performElsewhere(JSON.parse(process.argv[1]));
  `;
  return spawn(process.execPath, ['--input-type=module', '--eval', script, JSON.stringify(errand)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
