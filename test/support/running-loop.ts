import { spawn } from 'node:child_process';
import type { Condition, PassReport } from '../../src/model/loop.ts';
import { environmentWith, MCPFORM } from './mcpform.ts';
import { assertContained, type Home } from './throwaway-home.ts';

/** `mcpform reconcile`, as it ships, while it runs. */
export interface RunningLoop {
  readonly pid: number;
  /** All that were made, first to last. */
  readonly passes: readonly PassReport[];
  /** What changed, first to last. */
  readonly conditions: readonly Condition[];
  /** What it said on stderr. */
  readonly said: () => string;
  /** Resolves when so many passes were made; rejects when it ends before. */
  readonly passed: (count: number) => Promise<void>;
  /** Tells it to end, and waits until it has; its exit code, and how long that took in ms. */
  readonly stop: () => Promise<{ readonly exitCode: number | null; readonly tookMs: number }>;
}

export interface LoopOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Which Claude Code is on PATH. Default: the newest. */
  readonly client?: string;
}

/** Starts a loop in the home's project folder, and waits for its first pass. */
export async function startLoop(home: Home, options: LoopOptions = {}): Promise<RunningLoop> {
  const env = { ...environmentWith(home, options.client), ...options.env };
  assertContained(home.project, env);
  const args = [MCPFORM, 'reconcile', '--json', ...(options.args ?? [])];
  const child = spawn(process.execPath, args, { cwd: home.project, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const passes: PassReport[] = [];
  const conditions: Condition[] = [];
  const looks = new Set<() => void>();
  let [said, rest, hasEnded] = ['', '', false];
  const lookAgain = (): void => {
    for (const look of looks) look();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      // A loop that cannot begin answers with one document of many lines.
      if (!line.startsWith('{"')) {
        said += `${line}\n`;
        continue;
      }
      const event = JSON.parse(line);
      if (event.kind === 'pass') passes.push(event.report);
      if (event.kind === 'condition') conditions.push(event.transition.after);
    }
    lookAgain();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<number | null>((done) =>
    child.on('close', (code) => {
      hasEnded = true;
      lookAgain();
      done(code);
    }),
  );
  const loop: RunningLoop = {
    pid: child.pid as number,
    passes,
    conditions,
    said: () => said,
    passed: (count) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (passes.length >= count) done();
          else if (hasEnded) fail(new Error(`the loop ended after ${passes.length} passes: ${said}`));
          else return;
          looks.delete(look);
        };
        looks.add(look);
        look();
      }),
    stop: async () => {
      const startMs = performance.now();
      child.kill('SIGTERM');
      return { exitCode: await ended, tookMs: performance.now() - startMs };
    },
  };
  try {
    await loop.passed(1);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return loop;
}
