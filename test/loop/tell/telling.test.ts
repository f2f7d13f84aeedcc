import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openTelling, type TellingSettings } from '../../../src/loop/tell/telling.ts';
import { realContext } from '../../support/real-context.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { writeFiles } from '../../support/world.ts';
import { loopState, report, transition } from './examples.ts';
import { notifyDouble } from './notify-double.ts';

const homes: Home[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.remove();
});

async function stage(
  notify: string | null,
  env: Readonly<Record<string, string>> = {},
  change: Partial<TellingSettings> = {},
) {
  const home = await throwawayHome();
  homes.push(home);
  if (notify !== null) {
    await writeFiles(home.folder, { 'config/.keep': '' });
    await writeFile(join(home.folder, 'config/notify.yaml'), notify, { mode: 0o600 });
  }
  const lines: string[] = [];
  const settings = {
    log: { level: 'info', to: (line: string) => void lines.push(line) },
    warn: (text: string) => void lines.push(text),
    intervalMs: 60_000,
    serve: { place: { kind: 'unix', path: join(home.folder, 'metrics.sock') } },
    isNotifying: true,
  } as const;
  const ctx = realContext(home, env);
  return { lines, observers: await openTelling({ ...settings, ...change }, ctx) };
}

describe('everybody who is told', () => {
  it('is told, and the log and metrics know what became of it', async () => {
    const double = await notifyDouble();
    const yaml = `allowHosts: ["${double.host}"]\nwebhooks:\n  - url: ${double.url}/hook\n    key: { env: KEY }\n`;
    const { observers, lines } = await stage(yaml, { KEY: 'key-canary' });
    double.answer(404);
    for (const observer of observers) {
      observer.passed(report({ result: 'partial', failed: 1 }), loopState());
      observer.changed([transition({ message: 'it said key-canary' })], loopState());
    }
    await expect.poll(() => lines.length).toBe(3);
    expect(double.received).toHaveLength(1);
    expect(lines.join('')).toContain('does not take a message: status 404');
    expect(lines.join('') + double.received[0]?.body).not.toContain('canary');
    for (const observer of observers) await observer.close();
    await double.close();
  });

  it('is nobody by notification where that cannot be read, and the rest goes on', async () => {
    const { observers, lines } = await stage('slack:\n  - url: { env: ABSENT }\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      msg: expect.stringMatching(/^nobody is notified \(SECRET_NOT_FOUND\): /),
    });
    for (const observer of observers) {
      observer.passed(report({ result: 'applied', done: 1 }), loopState());
    }
    expect(lines).toHaveLength(2);
    for (const observer of observers) await observer.close();
  });

  it('is told of by a warning, where no lines are written', async () => {
    const { observers, lines } = await stage('slack: canary', {}, { log: null });
    for (const observer of observers) observer.passed(report({ result: 'applied', done: 1 }), loopState());
    expect(lines).toEqual([expect.stringMatching(/^nobody is notified \(LOOP_SINK_INVALID\): /)]);
    for (const observer of observers) await observer.close();
  });
});
