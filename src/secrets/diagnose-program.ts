import type { Json } from '../model/json.ts';
import type { Diagnosis } from '../model/provider.ts';
import type { BackendName, SecretContext } from '../model/secret.ts';
import { findProgram } from './find-program.ts';

/** Whether the program of a backend can be found; it is not started. Missing is a failure where a secret needs it. */
export async function diagnoseProgram(
  request: { readonly backend: BackendName; readonly program: string; readonly install: string },
  sources: readonly Json[],
  ctx: SecretContext,
): Promise<Diagnosis> {
  const { backend, program, install } = request;
  const check = `secrets ${backend}`;
  const path = await findProgram(program, ctx);
  if (path !== null) return { check, state: 'ok', detail: path };
  return {
    check,
    state: sources.length === 0 ? 'ok' : 'failed',
    detail: `the program "${program}" is not there`,
    hint: `install ${install}, or put it on the PATH`,
  };
}
