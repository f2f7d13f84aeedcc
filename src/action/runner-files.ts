import { randomBytes } from 'node:crypto';
import { McpformError } from '../model/error.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Sets outputs of the step, in the file that the runner names. A value may hold anything: it stands between two lines that
 * nobody can guess. Does nothing where there is no such file.
 */
export async function writeOutputs(
  values: Readonly<Record<string, string>>,
  around: Surroundings,
): Promise<void> {
  const text = Object.entries(values).map(([name, value]) => {
    const mark = `mcpform-${randomBytes(16).toString('hex')}`;
    return `${name}<<${mark}\n${value}\n${mark}\n`;
  });
  await append('GITHUB_OUTPUT', text.join(''), around);
}

/** Adds Markdown to the summary of the job. Does nothing where there is no such file. */
export async function writeSummary(markdown: string, around: Surroundings): Promise<void> {
  await append('GITHUB_STEP_SUMMARY', markdown, around);
}

async function append(variable: string, text: string, { env, system }: Surroundings): Promise<void> {
  const path = env[variable];
  if (path === undefined || path === '' || text === '') return;
  try {
    const file = await system.files.openAppend(path, 0o644);
    try {
      await file.append(text);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new McpformError('ACTION_RUNNER_FILE', `cannot write to the file that ${variable} names`, {
      hint: 'this is between the runner and its disk: run the job again',
      cause: error,
    });
  }
}
