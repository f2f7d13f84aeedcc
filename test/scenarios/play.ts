import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { MCPFORM } from '../support/mcpform.ts';
import { type Ran, run } from '../support/run.ts';
import { assertThrowaway, type Home, throwawayHome } from '../support/throwaway-home.ts';
import { parseSteps, type Step } from './parse-steps.ts';

/** Where the scenarios are. */
export const SCENARIOS = import.meta.dirname;

/** Names of all scenarios: every folder here is one. */
export async function listScenarios(): Promise<readonly string[]> {
  const entries = await readdir(SCENARIOS, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** One step as it went, and what did not hold. */
export interface Played {
  readonly step: Step;
  readonly ran: Ran;
  readonly broken: readonly string[];
}

export interface PlayOptions {
  /** Told of every step as it ends. */
  readonly onStep?: (played: Played) => void;
  /** Leave the home folder where it is. */
  readonly keep?: boolean;
}

/**
 * Plays one scenario in a throw-away home: copies its `home/` there, then runs its steps one after another in
 * `sh`, from `project/`. Stops at the first step that does not go as it says. Returns what was played.
 */
export async function play(name: string, options: PlayOptions = {}): Promise<readonly Played[]> {
  const folder = join(SCENARIOS, name);
  const steps = parseSteps(await readFile(join(folder, 'steps.txt'), 'utf8'));
  const home = await throwawayHome();
  try {
    const stage = await setStage(folder, home);
    const played: Played[] = [];
    for (const step of steps) {
      const one = await playStep(step, stage);
      played.push(one);
      options.onStep?.(one);
      if (one.broken.length > 0) break;
    }
    return played;
  } finally {
    if (!options.keep) await home.remove();
  }
}

/** Files beside `steps.txt` that no step could ever meet. */
export async function unusedFiles(name: string): Promise<readonly string[]> {
  const folder = join(SCENARIOS, name);
  const text = await readFile(join(folder, 'steps.txt'), 'utf8');
  const files = await readdir(folder, { recursive: true });
  const unused: string[] = [];
  for (const file of files) {
    const isFile = (await stat(join(folder, file))).isFile();
    const isMet = file === 'steps.txt' || file.startsWith('home/') || text.includes(`$S/${file}`);
    if (isFile && !isMet) unused.push(file);
  }
  return unused;
}

interface Stage {
  readonly home: Home;
  readonly env: Record<string, string>;
  cwd: string;
}

async function setStage(folder: string, home: Home): Promise<Stage> {
  const start = join(folder, 'home');
  if (existsSync(start)) await cp(start, home.folder, { recursive: true });
  const bin = join(home.folder, '.bin');
  await mkdir(bin);
  await writeFile(join(bin, 'mcpform'), `#!/bin/sh\nexec "${process.execPath}" "${MCPFORM}" "$@"\n`);
  await chmod(join(bin, 'mcpform'), 0o755);
  const env = {
    ...home.env,
    PATH: [bin, home.env['PATH']].join(delimiter),
    LC_ALL: 'C',
    S: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.invalid',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.invalid',
  };
  return { home, env, cwd: home.project };
}

async function playStep(step: Step, stage: Stage): Promise<Played> {
  const ran = await perform(step, stage);
  return { step, ran, broken: judge(step, ran) };
}

async function perform({ command }: Step, stage: Stage): Promise<Ran> {
  const { home } = stage;
  const folder = /^cd (\S+)$/.exec(command)?.[1];
  if (folder !== undefined) {
    stage.cwd = await realpath(resolve(stage.cwd, folder.replace(/^~/, home.folder)));
    assertThrowaway(stage.cwd);
    return { exitCode: 0, signal: null, stdout: '', stderr: '' };
  }
  const ran = await run('/bin/sh', ['-ec', command], { cwd: stage.cwd, env: stage.env });
  const shorten = (text: string): string => text.replaceAll(home.folder, '~');
  return { ...ran, stdout: shorten(ran.stdout), stderr: shorten(ran.stderr) };
}

function judge({ exitCode, expectations }: Step, ran: Ran): readonly string[] {
  const broken: string[] = [];
  if (ran.exitCode !== exitCode) broken.push(`exit ${ran.exitCode}, not ${exitCode}`);
  for (const { stream, isWanted, text } of expectations) {
    const said = stream === 'out' ? ran.stdout : ran.stderr;
    if (flat(said).includes(flat(text)) === isWanted) continue;
    broken.push(`std${stream} ${isWanted ? 'does not say' : 'says'} "${text}"`);
  }
  return broken;
}

/** Long sentences are wrapped, in plans behind a `#`; where is not what a scenario is about. */
function flat(text: string): string {
  return text.replaceAll(/\n +# +/g, ' ').replaceAll(/\s+/g, ' ');
}
