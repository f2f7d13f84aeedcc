import { contextArgs, dockerRun } from '../../graph/docker-run.ts';
import { McpformError } from '../../model/error.ts';
import { isImageId } from '../../model/image-reference.ts';
import type { ImageLaunchRecord } from '../../model/launch.ts';
import { steersDocker } from '../../model/steers-docker.ts';
import type { MachineIdentity } from '../../model/system.ts';
import { childEnvironment } from '../child-environment.ts';
import { launcherLabels } from '../docker/labels.ts';
import { expandArgs, expandSecrets, type LaunchSecrets } from '../expand-args.ts';
import { refused } from '../launch-file.ts';
import { secretMounts } from './secret-files.ts';

/** How `docker` is run for a launch. */
export interface DockerCommand {
  readonly args: readonly string[];
  /** All that it gets: ours without what decides code, and the container's variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables of the container that `docker` itself would obey, in the form of `--env-file`; null when there are none. */
  readonly envFile: string | null;
}

export interface Run {
  readonly id: string;
  /** Ours. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly identity: MachineIdentity;
  readonly name: string;
  readonly cidFile: string;
  /** Where `docker` finds the text of `envFile`. */
  readonly envFilePath: string;
  readonly secrets: LaunchSecrets;
  /** Absolute: where the files of its secrets are; null: it has none. */
  readonly secretFolder: string | null;
}

/**
 * The `docker run` of a launch. No value of a variable is in the arguments, which everybody on the machine can read.
 * Throws LAUNCH_VARIABLE, and LAUNCH_REFUSED for a record that does not say which content it runs.
 */
export function dockerCommand(record: ImageLaunchRecord, run: Run): DockerCommand {
  const { server, context, container } = record;
  const { id, env, identity, name, cidFile, envFilePath, secrets, secretFolder } = run;
  if (container.service !== null || !saysContent(container.image)) {
    throw refused(id, 'does not name an image by its digest that runs over standard input and output');
  }
  const values = expandSecrets(container.env, env, secrets);
  const names = Object.keys(values);
  const steering = names.filter(steersDocker);
  const passed = names.filter((each) => !steersDocker(each));
  const mounts = [...container.mounts, ...secretMounts(record, secretFolder)];
  const spec = { ...container, mounts, env: pick(values, passed) };
  const line = expandArgs(
    dockerRun(spec, { labels: launcherLabels(id, server, identity), cidFile, name, context }),
    env,
  );
  // After `run`, where its options begin.
  const begin = contextArgs(context).length + 1;
  return {
    args:
      steering.length === 0
        ? line
        : [...line.slice(0, begin), `--env-file=${envFilePath}`, ...line.slice(begin)],
    env: childEnvironment(env, [], pick(values, passed)),
    envFile: steering.length === 0 ? null : envFileOf(pick(values, steering)),
  };
}

/** By the digest that a registry has for it, or the id that its engine has. */
function saysContent(image: string): boolean {
  return isImageId(image) || /^[a-z0-9[][^\s@]*@sha256:[0-9a-f]{64}$/i.test(image);
}

/** Of ours, only what `docker` needs to find its engine: for what is asked of it besides. */
export function enginePath(env: Run['env'], context: string | undefined): Record<string, string> {
  const clean = childEnvironment(env, [], {});
  const steering = pick(
    clean,
    Object.keys(clean).filter((name) => steersDocker(name)),
  );
  if (context === undefined) return steering;
  // DOCKER_HOST goes before DOCKER_CONTEXT, and says where the context `default` is.
  const { DOCKER_HOST: host, ...others } = steering;
  const kept = context === 'default' && host !== undefined ? { DOCKER_HOST: host } : {};
  return { ...others, ...kept, DOCKER_CONTEXT: context };
}

function pick(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, values[name] as string]));
}

/** One variable in a line, and no way to write the end of one. */
function envFileOf(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (!/[\r\n]/.test(value)) return `${name}=${value}\n`;
      throw new McpformError(
        'LAUNCH_VARIABLE',
        `variable "${name}" has several lines, and docker takes one`,
        {
          hint: 'write it in one line, or set it in the image',
        },
      );
    })
    .join('');
}
