import { contextArgs } from '../../graph/docker-run.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { isImageId } from '../../model/image-reference.ts';
import type { ImageLaunchRecord } from '../../model/launch.ts';
import { runDocker } from '../docker/run-docker.ts';
import { notThere } from './not-there.ts';

const ASK_MS = 10_000;

/**
 * Why `docker run` ended with an exit code of its own (125 to 127), in one failure; docker's words are on stderr
 * already, where we do not read. A server may end with such a code too, so nothing is claimed that was not asked.
 */
export async function whyNotRun(
  { server, context, container: { image } }: ImageLaunchRecord,
  exitCode: number | null,
  ctx: Pick<Context, 'system'>,
): Promise<McpformError> {
  const what = `server "${server}": \`docker run\` ended with ${exitCode}`;
  if (exitCode !== 125) return failed(what, PROGRAM[exitCode === 126 ? 126 : 127]);
  try {
    const engine = contextArgs(context);
    const version = [...engine, 'version', '--format', '{{.Server.Version}}'];
    await runDocker(version, { timeoutMs: ASK_MS, doing: 'ask the engine' }, ctx);
    const inspect = [...engine, 'image', 'inspect', '--format', '{{.Id}}', image];
    const { lacks } = await runDocker(inspect, { timeoutMs: ASK_MS, doing: 'look', mayLack: true }, ctx);
    if (lacks) return isImageId(image) ? notThere(server, image) : missing(what, image);
  } catch (error) {
    if (error instanceof McpformError) return error;
    throw error;
  }
  return failed(what, [
    'the engine would not run the container',
    'its words stand above; `mcpform plan` shows what it was asked for',
  ]);
}

type Words = readonly [because: string, hint: string];

const PROGRAM: Readonly<Record<126 | 127, Words>> = {
  126: [
    'its program may not be executed, unless the server itself ended so',
    'look at `entrypoint` and `args`, and at the platform of the image',
  ],
  127: [
    'its program is not in the image, unless the server itself ended so',
    'look at `entrypoint` and `args`',
  ],
};

function failed(what: string, [because, hint]: Words): McpformError {
  return new McpformError('LAUNCH_CONTAINER', `${what}: ${because}`, { hint });
}

function missing(what: string, image: string): McpformError {
  return new McpformError('LAUNCH_IMAGE', `${what}: the engine does not have "${image}"`, {
    hint: 'run `mcpform apply`, which pulls it; what docker said of the registry stands above',
  });
}
