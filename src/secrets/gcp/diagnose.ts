import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretContext } from '../../model/secret.ts';
import { readCredentialsFile } from './credentials-file.ts';
import { type GcpLocator, parseGcpLocator } from './locator.ts';
import { projectOf } from './session.ts';

const CHECK = 'gcp';

/** Looks for credentials and a project, and asks nobody. */
export async function diagnoseGoogle(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis> {
  try {
    const file = await readCredentialsFile(CHECK, ctx);
    if (file === null) {
      return {
        check: CHECK,
        state: 'warning',
        detail: 'no credentials, unless this machine has a service account of its own',
        hint: 'run `gcloud auth application-default login`',
      };
    }
    const projects = locatorsOf(sources).map((locator) => projectOf({ locator, file, ofMachine: null }, ctx));
    const detail = `project ${[...new Set(projects)].join(', ')}, asked with "${file.path}"`;
    return { check: CHECK, state: 'ok', detail };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { message, hint } = error;
    return { check: CHECK, state: 'failed', detail: message, ...(hint === undefined ? {} : { hint }) };
  }
}

function locatorsOf(sources: readonly Json[]): readonly GcpLocator[] {
  const any = { project: null, secret: '', version: 'latest', what: CHECK } as const;
  return sources.length === 0 ? [any] : sources.map(parseGcpLocator);
}
