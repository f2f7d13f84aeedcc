import { randomBytes } from 'node:crypto';
import { McpformError } from '../../model/error.ts';
import type { ImageLaunchRecord } from '../../model/launch.ts';
import type { ProgramEnd } from '../../model/system.ts';
import { type Attended, attend } from '../../system/launch/attend.ts';
import { closeHidden, hiddenPath, type PrivateRun, privateRun } from '../../system/launch/private-run.ts';
import { type Reaper, startReaper } from '../../system/launch/reaper.ts';
import { realProcesses } from '../../system/real-processes.ts';
import type { LaunchSecrets } from '../expand-args.ts';
import { type DockerCommand, dockerCommand, enginePath } from './docker-command.ts';
import { findDocker } from './find-docker.ts';
import { type OurContainer, removeContainer, stopContainer } from './remove-container.ts';
import { assertLocalEngine, memoryFor, secretFiles } from './secret-files.ts';

export interface StartOptions {
  readonly id: string;
  /** Ours. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of its variables and files. */
  readonly secrets: LaunchSecrets;
}

/** How `docker run` ended. It has said on stderr what went wrong with it. */
export interface ImageEnd extends ProgramEnd {
  /** It did not run the container to its end: this is its own failure, and not the server's. */
  readonly isOfDocker: boolean;
}

/** A server shall end when its input does; one that is still at something, or does not care, has this long. */
const AFTER_INPUT_MS = 15_000;

/**
 * Runs the container of a launch with our input and output until it ends, and leaves nothing of it: what we cannot
 * remove ourselves, the reaper does when we have ended. Throws ENGINE_UNAVAILABLE, LAUNCH_VARIABLE, LAUNCH_REFUSED,
 * LAUNCH_PROGRAM and SECRET_EXPOSED; then nothing was started.
 */
export async function startImage(
  record: ImageLaunchRecord,
  { id, env, secrets }: StartOptions,
): Promise<ImageEnd> {
  const docker = findDocker(env);
  const identity = await realProcesses().identity();
  const unique = randomBytes(8).toString('hex');
  const name = `mcpform.${record.server}.${unique}`;
  const memory = memoryFor(record, env);
  const run = privateRun(`mcpform-run-${unique}`, memory);
  const { cidFile, folder, secretFolder } = run;
  const command = dockerCommand(record, {
    id,
    env,
    identity,
    name,
    cidFile,
    envFilePath: hiddenPath(folder),
    secrets,
    secretFolder,
  });
  const ours = { docker, env: enginePath(env, record.context), name };
  await assertLocalEngine(record, ours);
  // Before there is anything to reap.
  const reaper = await startReaper({ ...ours, folder, secretFolder }).catch((error) => {
    throw cannotStart('/bin/sh', error);
  });
  let isAllGone = true;
  try {
    run.make();
    for (const [name, text] of secretFiles(record, secrets)) run.putSecret(name, text);
    const end = await attendDocker(record, { command, run, reaper, ours });
    isAllGone = await clearAway(end, { run, ours });
    return end;
  } finally {
    if (isAllGone || reaper === null) {
      run.remove();
      await reaper?.release();
    }
  }
}

interface Running {
  readonly command: DockerCommand;
  readonly run: PrivateRun;
  readonly reaper: Reaper | null;
  readonly ours: Omit<OurContainer, 'id'>;
}

async function attendDocker(
  { container: { stopTimeoutSeconds } }: ImageLaunchRecord,
  { command, run, reaper, ours }: Running,
): Promise<ImageEnd> {
  const timers: NodeJS.Timeout[] = [];
  const after = (ms: number, act: () => Promise<void>): void => {
    timers.push(setTimeout(() => void act(), ms));
  };
  let attended: Attended | undefined;
  let wasStopped = false;
  const container = (): OurContainer => ({ ...ours, id: run.readId() });
  // Once its container is gone, docker ends; where there is none yet, it shall not make one any more.
  const kill = async (): Promise<void> => {
    wasStopped = true;
    if ((await removeContainer(container())) !== 'gone') attended?.kill();
  };
  const stop = async (): Promise<void> => {
    wasStopped = true;
    if ((await stopContainer(container(), stopTimeoutSeconds)) !== 'stopped') await kill();
  };
  const hidden = command.envFile === null ? null : run.hide(command.envFile);
  try {
    attended = await attend({
      file: ours.docker,
      args: command.args,
      env: command.env,
      hidden,
      onStop: () => {
        wasStopped = true;
        after(stopTimeoutSeconds * 1000, kill);
      },
      onInputEnd: () => after(AFTER_INPUT_MS, stop),
    });
  } catch (error) {
    throw cannotStart(ours.docker, error);
  } finally {
    closeHidden(hidden);
  }
  reaper?.note(attended.pid);
  const end = await attended.ended;
  for (const timer of timers) clearTimeout(timer);
  return { ...end, isOfDocker: !wasStopped && [125, 126, 127].includes(end.exitCode ?? 0) };
}

/** How often and how long we ask for a container that may still be on its way, where nobody does it after us. */
const ASK_AGAIN = { times: 20, everyMs: 250 };

/** Whether nothing can be left. With `--rm`, docker ends with 0 only when the container is removed. */
async function clearAway(end: ImageEnd, { run, ours }: Pick<Running, 'run' | 'ours'>): Promise<boolean> {
  if (end.exitCode === 0) return true;
  for (let asked = 1; ; asked += 1) {
    const id = run.readId();
    const removal = await removeContainer({ ...ours, id });
    if (removal === 'gone') return true;
    // It ended by itself and never knew of one: there is none, and an engine that fell over meanwhile removes it.
    if (id === null && end.signal === null) return true;
    if (process.platform !== 'win32' || asked === ASK_AGAIN.times) return false;
    await new Promise((done) => setTimeout(done, ASK_AGAIN.everyMs));
  }
}

function cannotStart(file: string, error: unknown): McpformError {
  const because = error instanceof Error ? error.message : String(error);
  return new McpformError('LAUNCH_PROGRAM', `"${file}" cannot be started: ${because}`, {
    cause: error,
    hint: 'see whether it is there and may be executed',
  });
}
