import { join } from 'node:path';
import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { renderPlanMarkdown } from '../report/plan-markdown.ts';
import { renderSarif } from '../report/sarif.ts';
import type { Job } from './job.ts';

/** A folder of the runner's that is emptied after the job; files of one label have the same names again. */
export async function reportFolder({ around, label }: Pick<Job, 'around' | 'label'>): Promise<string> {
  const temporary = around.env['RUNNER_TEMP'] ?? join(around.env['HOME'] ?? '/tmp', '.mcpform-action');
  const name = label
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 100);
  const folder = join(temporary, 'mcpform', name || '_');
  await around.system.files.makeFolder(folder, 0o700);
  return folder;
}

/** Writes the plan and its findings for later steps of the job. Returns outputs that say where. */
export async function writeReports(
  plan: Plan | null,
  findings: readonly Finding[],
  job: Job,
): Promise<Readonly<Record<string, string>>> {
  const folder = await reportFolder(job);
  const { around, workspace: root, label, manifest: file } = job;
  const sarif = renderSarif(findings, { version: around.version, root, label, file });
  const outputs = {
    'sarif-path': await write('findings.sarif', `${JSON.stringify(sarif, null, 2)}\n`),
    ...(plan === null
      ? {}
      : {
          'json-plan-path': await write('plan.json', `${JSON.stringify(plan, null, 2)}\n`),
          'markdown-plan-path': await write(
            'plan.md',
            renderPlanMarkdown(plan, { maxLength: Number.POSITIVE_INFINITY, cwd: root }),
          ),
        }),
  };
  return outputs;

  async function write(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await around.system.files.remove(path).catch(() => undefined);
    await around.system.files.create(path, text, { mode: 0o600, sync: false });
    return path;
  }
}
