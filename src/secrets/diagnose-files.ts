import { McpformError } from '../model/error.ts';
import type { Diagnosis } from '../model/provider.ts';
import type { SecretContext } from '../model/secret.ts';
import { checkOwnFile, type OwnFile } from './own-file.ts';

/** Whether files that keep secrets are there and safe to read; reads none of them. */
export async function diagnoseFiles(
  check: string,
  files: readonly OwnFile[],
  ctx: SecretContext,
): Promise<Diagnosis> {
  const distinct = [...new Map(files.map((file) => [file.path, file])).values()];
  if (distinct.length === 0) return { check, state: 'ok', detail: 'no file is named' };
  const problems = (await Promise.all(distinct.map((file) => problemOf(file, ctx)))).filter(
    (problem) => problem !== null,
  );
  const [first] = problems;
  if (first === undefined) {
    return {
      check,
      state: 'ok',
      detail: `${distinct.length} of ${distinct.length} files are there and private`,
    };
  }
  const detail = problems.map(({ message }) => message).join('; ');
  return { check, state: 'failed', detail, ...(first.hint === undefined ? {} : { hint: first.hint }) };
}

async function problemOf(file: OwnFile, ctx: SecretContext): Promise<McpformError | null> {
  try {
    await checkOwnFile(file, ctx);
    return null;
  } catch (error) {
    if (error instanceof McpformError) return error;
    throw error;
  }
}
