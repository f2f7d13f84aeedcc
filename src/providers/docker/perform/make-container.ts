import type { Context } from '../../../model/context.ts';
import { isErrno, McpformError } from '../../../model/error.ts';
import { asContainer } from '../attributes.ts';
import type { Engine } from '../engine.ts';
import { isMadeBy, objectLabels } from '../labels.ts';
import { type ContainerCreation, containerRequest } from '../request.ts';
import { checkImage } from './check-image.ts';
import { checkSources } from './check-sources.ts';
import { type Job, wantedOf } from './job.ts';
import { inTurn } from './take-turns.ts';

/** What to ask the engine for, once nothing speaks against it. Changes nothing. */
export async function prepareContainer(job: Job): Promise<ContainerCreation> {
  const { work, identity, operation, ctx } = job;
  const wanted = asContainer(wantedOf(work));
  await checkImage(job, wanted.image);
  await checkSources(job);
  const seccompProfile = await readProfile(wanted.security.seccomp, ctx);
  return containerRequest(wanted, {
    labels: objectLabels(work, operation),
    seccompProfile,
    kind: identity.kind,
  });
}

async function readProfile(path: string | undefined, { system }: Context): Promise<string | null> {
  if (path === undefined || path === 'unconfined') return null;
  try {
    return (await system.files.read(path)).toString('utf8');
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'ENOTDIR', 'EISDIR')) throw error;
    throw new McpformError('ENGINE_SOURCE_MOVED', `the seccomp profile "${path}" cannot be read`, {
      hint: 'create it, or give yourself the right to read it',
      cause: error,
    });
  }
}

/** Creates it, in all its networks, and does not start it. Returns the id. */
export async function makeContainer(
  { engine, ctx }: Job,
  { request, others }: ContainerCreation,
): Promise<string> {
  const id = await inTurn(engine, ctx, () => engine.createContainer(request));
  for (const { network, aliases } of others) await engine.connectNetwork(network, id, aliases);
  return id;
}

/** Removes what a step made under a name, and nothing that anybody else did. */
export async function removeMade(engine: Engine, name: string, operation: string): Promise<void> {
  const made = await engine.inspectContainer(name);
  if (made === null || !isMadeBy(made.Config.Labels, operation)) return;
  await engine.removeContainer(made.Id, { force: true });
}
