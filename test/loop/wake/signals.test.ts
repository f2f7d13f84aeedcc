import { expect, it } from 'vitest';
import type { Wake } from '../../../src/loop/model.ts';
import { signalWakes } from '../../../src/loop/wake/signals.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { realSystem } from '../../../src/system/real.ts';

it('wakes at each SIGHUP until it is closed', async () => {
  const system = realSystem({});
  const before = process.listenerCount('SIGHUP');
  const wakes: Wake[] = [];
  const source = signalWakes({ system });
  await source.start((wake) => wakes.push(wake));
  // Somebody has to listen when ours no longer does: it would end the tests.
  const other = system.processes.onSignal?.('SIGHUP', () => undefined);
  process.kill(process.pid, 'SIGHUP');
  await expect.poll(() => wakes).toEqual([{ kind: 'signal' }]);
  await source.close();
  expect(process.listenerCount('SIGHUP')).toBe(before + 1);
  other?.close();
  expect(process.listenerCount('SIGHUP')).toBe(before);
});

it('does nothing where there are no signals', async () => {
  const source = signalWakes({ system: memorySystem() });
  await source.start(() => expect.fail('nobody called'));
  await source.close();
});
