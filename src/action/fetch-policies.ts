import { join } from 'node:path';
import { McpformError } from '../model/error.ts';
import type { Job } from './job.ts';
import type { PolicyPlace } from './policy-place.ts';
import { reportFolder } from './reports.ts';

/**
 * The organisation's policies as files beside the reports. One of this repository comes from the older revision: a pull
 * request is not judged by what it wrote itself. `base` is null where no revisions are compared: then it is the commit that
 * is checked out.
 */
export async function fetchPolicies(base: string | null, job: Job): Promise<readonly string[]> {
  const { policies } = job.inputs;
  if (policies.length === 0) return [];
  const folder = await reportFolder(job);
  const revision = base ?? (await job.git.head());
  return await Promise.all(
    policies.map(async (place, index) => {
      const bytes = await read(place, revision, job);
      const path = join(folder, `policy-${index + 1}.yaml`);
      await job.around.system.files.remove(path).catch(() => undefined);
      await job.around.system.files.create(path, bytes, { mode: 0o600, sync: false });
      return path;
    }),
  );
}

async function read(place: PolicyPlace, revision: string, job: Job): Promise<Uint8Array | string> {
  if (place.kind === 'file') return await job.git.textAt(revision, place.path);
  const gitHub = await job.openPolicies();
  if (gitHub === null) {
    throw new McpformError(
      'ACTION_INPUT_INVALID',
      'input policy: another repository cannot be read without a token',
      {
        hint: 'set `policy-token:` to one that may read it',
      },
    );
  }
  return await gitHub.fileAt(place);
}
