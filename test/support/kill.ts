import { spawn } from 'node:child_process';
import { cp, lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sameJson } from '../../src/model/json.ts';
import {
  apply,
  applyArguments,
  filesOf,
  oursIn,
  type Stage,
  said,
  sawChange,
  setStage,
  type Times,
} from './kill-stage.ts';
import { environmentWith, MCPFORM, mcpform } from './mcpform.ts';
import { assertContained, type Home } from './throwaway-home.ts';

export interface KillOptions {
  readonly rounds: number;
  /** Entries the apply creates, changes and deletes, all together. Default 200. */
  readonly servers?: number;
  /** Rounds that run at once, each in its own home. Default 2. */
  readonly lanes?: number;
}

/** What the rounds met, and each thing that was not as it must be. */
export interface KillReport {
  readonly rounds: number;
  /** Applies that were killed; the others were done before. */
  readonly killed: number;
  /** Of these: after something had been written to the config, but not all done. */
  readonly killedAfterWriting: number;
  /** Recoveries (the next apply) that were killed too. */
  readonly recoveriesKilled: number;
  readonly broken: readonly string[];
}

/**
 * SIGKILL at random points of a real apply, and of the recovery after it, over a config that also holds what is
 * not ours. Every promise is checked by looking at the files, not by believing the program.
 */
export async function kill(options: KillOptions): Promise<KillReport> {
  let started = 0;
  const reports: KillReport[] = [];
  const lane = async (): Promise<void> => {
    const stage = await setStage(options.servers ?? 200);
    try {
      while (started < options.rounds) {
        started += 1;
        reports.push(await playRound(stage));
      }
    } finally {
      await stage.home.remove();
    }
  };
  await Promise.all(Array.from({ length: options.lanes ?? 2 }, lane));
  return reports.reduce(sum);
}

/** A moment of an apply: so long after it started, or after it was first seen to write to a file. */
interface Moment {
  readonly after: 'start' | 'journal' | 'config';
  readonly ms: number;
}

/** Anywhere, but in two of three rounds while something is written: most of an apply is starting and waiting. */
function randomMoment({ begun, written, ended }: Times): Moment {
  const after = (['start', 'journal', 'config'] as const)[Math.floor(Math.random() * 3)] ?? 'start';
  const longest = { start: ended, journal: (written - begun) * 2, config: 60 }[after];
  return { after, ms: Math.random() * longest };
}

/** A recovery that finds the world as it shall be is done by the time that an apply begins to write. */
function momentOfRecovery({ begun }: Times): Moment {
  return Math.random() < 0.5 ? { after: 'start', ms: Math.random() * begun } : { after: 'journal', ms: 0 };
}

async function playRound(stage: Stage): Promise<KillReport> {
  const { home } = stage;
  await rm(home.folder, { recursive: true });
  await cp(stage.saved, home.folder, { recursive: true, preserveTimestamps: true });
  const broken: string[] = [];
  const untouched = await readFile(join(home.folder, '.claude.json'), 'utf8');

  const isKilled = await applyAndKill(home, randomMoment(stage.times));
  broken.push(...(await lookAt(home, 'after the kill')));
  const hasWritten = (await readFile(join(home.folder, '.claude.json'), 'utf8')) !== untouched;
  const isRecoveryKilled = Math.random() < 0.5 && (await applyAndKill(home, momentOfRecovery(stage.times)));
  if (isRecoveryKilled) broken.push(...(await lookAt(home, 'after the kill of the recovery')));

  broken.push(...(await converge(stage)));
  return {
    rounds: 1,
    killed: isKilled ? 1 : 0,
    killedAfterWriting: isKilled && hasWritten ? 1 : 0,
    recoveriesKilled: isRecoveryKilled ? 1 : 0,
    broken,
  };
}

/** The next apply must bring everything to where an undisturbed one does, and the one after it do nothing. */
async function converge({ home, desired, leftovers }: Stage): Promise<readonly string[]> {
  const config = join(home.folder, '.claude.json');
  const broken: string[] = [];
  const next = await apply(home);
  if (next.exitCode !== 0) broken.push(`the next apply failed: ${said(next)}`);
  broken.push(...(await lookAt(home, 'after the next apply')));
  const ours = oursIn(await readFile(config, 'utf8'));
  if (typeof ours === 'string' || !sameJson(ours, desired)) broken.push('the next apply did not converge');
  const files = await filesOf(home);
  const extra = files.filter((file) => !leftovers.includes(file));
  if (extra.length > 0) broken.push(`left behind: ${extra.join(', ')}`);
  broken.push(...(await compareBooks(home, Object.keys(desired))));

  const before = await identityOf(config);
  const again = await apply(home);
  if (again.exitCode !== 0) broken.push(`the apply after it failed: ${said(again)}`);
  const plan = await mcpform(['plan', '--detailed-exitcode'], home);
  if (plan.exitCode !== 0) broken.push(`the plan after it is not empty: ${said(plan)}`);
  if ((await identityOf(config)) !== before) broken.push('the second apply touched the config');
  return broken;
}

/** What must hold at every moment: the config parses and holds every byte that is not ours; the books can be read. */
async function lookAt(home: Home, when: string): Promise<readonly string[]> {
  const ours = oursIn(await readFile(join(home.folder, '.claude.json'), 'utf8'));
  const status = await mcpform(['status'], home);
  return [
    ...(typeof ours === 'string' ? [`${when}: ${ours}`] : []),
    ...(status.exitCode === 0 ? [] : [`${when}: status failed: ${said(status)}`]),
  ];
}

/** Nothing in the books that is not there, and nothing there that is not in the books. */
async function compareBooks(home: Home, desired: readonly string[]): Promise<readonly string[]> {
  const list = await mcpform(['state', 'list'], home);
  if (list.exitCode !== 0) return [`state list failed: ${said(list)}`];
  const booked = [...list.stdout.matchAll(/claude-code\/user\/(server-\d+)\b/g)].map((match) => match[1]);
  const wanted = [...desired].sort();
  return booked.sort().join() === wanted.join() ? [] : [`the books hold ${booked.length} entries, not ours`];
}

async function applyAndKill(home: Home, { after, ms }: Moment): Promise<boolean> {
  const env = environmentWith(home);
  assertContained(home.project, env);
  const hasCome = after === 'start' ? () => true : sawChange(home, after);
  const child = spawn(process.execPath, [MCPFORM, ...applyArguments], {
    cwd: home.project,
    env,
    stdio: 'ignore',
  });
  const ended = new Promise<NodeJS.Signals | null>((done) =>
    child.on('exit', (_code, signal) => done(signal)),
  );
  const watch = setInterval(() => {
    if (!hasCome()) return;
    clearInterval(watch);
    setTimeout(() => child.kill('SIGKILL'), ms);
  }, 1);
  const signal = await ended;
  clearInterval(watch);
  return signal === 'SIGKILL';
}

async function identityOf(file: string): Promise<string> {
  const { ino, mtimeMs, size } = await lstat(file);
  return `${ino} ${mtimeMs} ${size}`;
}

function sum(a: KillReport, b: KillReport): KillReport {
  return {
    rounds: a.rounds + b.rounds,
    killed: a.killed + b.killed,
    killedAfterWriting: a.killedAfterWriting + b.killedAfterWriting,
    recoveriesKilled: a.recoveriesKilled + b.recoveriesKilled,
    broken: [...a.broken, ...b.broken],
  };
}
