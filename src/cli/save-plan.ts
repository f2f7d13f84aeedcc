import { dirname } from 'node:path';
import { concealJson } from '../formats/conceal-json.ts';
import { escapeJson } from '../formats/escape.ts';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import { printPlanFile, sealPlan } from '../plan/plan-file.ts';
import { realSystem } from '../system/real.ts';

/**
 * Writes a plan as an approval that only this machine's key can make. `plan` may write nothing else, so this is
 * the one place where it reaches past its read-only system; the context was made with a lasting key for it.
 */
export async function savePlan(plan: Plan, path: string, ctx: Context): Promise<void> {
  const { files } = realSystem();
  const temporary = `${path}.tmp.${process.pid}`;
  try {
    const text = escapeJson(printPlanFile(sealPlan(concealJson(plan, ctx.conceal), ctx.digest)));
    await files.create(temporary, text, { mode: 0o600, sync: true });
    await files.rename(temporary, path);
    await files.syncFolder(dirname(path));
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EACCES', 'EISDIR', 'ENOSPC', 'EROFS', 'ENOTDIR', 'EEXIST', 'EPERM'))
      throw error;
    await files.remove(temporary).catch(() => undefined);
    throw new McpformError('PLAN_UNWRITABLE', `the plan could not be saved as "${path}" (${error.code})`, {
      hint: 'name a file in a folder that is there and that you may write to',
      cause: error,
    });
  }
}
