import { redactLine } from '../../formats/redact.ts';
import { contextArgs } from '../../graph/docker-run.ts';
import { launchId } from '../../graph/launch-id.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { isImageId } from '../../model/image-reference.ts';
import type { ImageLaunchRecord } from '../../model/launch.ts';
import { runDocker } from '../docker/run-docker.ts';
import { printLaunchFile } from '../launch-file.ts';
import { launchFiles } from '../places.ts';
import { storeFailure } from '../store-failure.ts';
import { writeLaunchFile } from '../write-launch-file.ts';
import { notThere } from './not-there.ts';

export interface PreparedImage {
  /** `launchId(record)`: what the client's entry names. */
  readonly id: string;
  /** The engine did not have the image. */
  readonly pulled: boolean;
}

const LOOK_MS = 30_000;
const PULL_MS = 30 * 60_000;

/**
 * Makes ready what an entry with this launch starts: the image in the engine, by its digest, and the record that says
 * so. Repeating it does nothing. Throws ENGINE_* when there is no engine, LAUNCH_IMAGE when it cannot have the image,
 * LAUNCH_STORE; then no record was written.
 */
export async function prepareImage(
  { record }: { readonly record: ImageLaunchRecord },
  ctx: Pick<Context, 'system' | 'folders'>,
): Promise<PreparedImage> {
  const id = launchId(record);
  const { image, platform } = record.container;
  const engine = contextArgs(record.context);
  const inspect = [...engine, 'image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}', image];
  const doing = { timeoutMs: LOOK_MS, doing: `look for image "${image}"`, mayLack: true } as const;
  const { lacks, stdout } = await runDocker(inspect, doing, ctx);
  // An index stands for several; the engine has one of them.
  const isOther = platform !== null && !platform.startsWith(stdout.trim());
  const isLocal = isImageId(image);
  if (isLocal && lacks) throw notThere(record.server, image);
  const pulled = !isLocal && (lacks || isOther);
  if (pulled) await pull(record, ctx);
  try {
    await writeLaunchFile(launchFiles(ctx.folders.data, id).record, printLaunchFile({ record }), ctx);
  } catch (error) {
    throw storeFailure(`prepare "${image}"`, error);
  }
  return { id, pulled };
}

async function pull(
  { context, container: { image, platform } }: ImageLaunchRecord,
  { system }: Pick<Context, 'system'>,
): Promise<void> {
  const options = ['--quiet', ...(platform === null ? [] : [`--platform=${platform}`])];
  const args = [...contextArgs(context), 'image', 'pull', ...options, image];
  const { exitCode, stderr } = await system.processes.run('docker', args, { timeoutMs: PULL_MS });
  if (exitCode !== 0) throw pullFailure(image, stderr);
}

/** Engines say the same in several words, by release and by registry: see the tests for real ones. */
export function pullFailure(image: string, stderr: string): McpformError {
  const [last = 'it did not say why'] = stderr
    .split('\n')
    .filter((line) => line.trim() !== '')
    .reverse();
  const words = redactLine(last.replace(/^error response from daemon: /i, '')).slice(0, 300);
  const [, hint = 'see whether `docker pull` works for it'] =
    CAUSES.find(([pattern]) => pattern.test(stderr)) ?? [];
  return new McpformError('LAUNCH_IMAGE', `the engine could not pull "${image}": ${words}`, { hint });
}

/** In this order: what a registry says of a name that nobody may see is both. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [
    /toomanyrequests|rate limit|429/i,
    'the registry wants fewer pulls: wait, run `docker login`, or use a mirror',
  ],
  [
    /unauthorized|no basic auth|authentication required|access (?:to the resource )?is denied|denied/i,
    'run `docker login` for this registry; its name may be wrong, too',
  ],
  [
    /manifest unknown|not found|no matching manifest/i,
    'the registry does not have this digest, or not for this platform: run `mcpform lock --update`',
  ],
  [/no space left/i, 'make room where the engine keeps its data: `docker system df`'],
  [
    /connection refused|no such host|lookup |timeout|unreachable|tls|x509/i,
    'the engine does not reach the registry: see its network, proxy and certificates',
  ],
];
