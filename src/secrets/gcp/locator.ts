import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';

export interface GcpLocator {
  /** Null: the machine's. */
  readonly project: string | null;
  readonly secret: string;
  /** A number, an alias, or `latest`. */
  readonly version: string;
  /** For people: `gcp secret "github"`. */
  readonly what: string;
}

/** Throws SECRET_NOT_FOUND for names that no project, secret or version has. */
export function parseGcpLocator(argument: Json): GcpLocator {
  const { project, secret, version } = isJsonObject(argument) ? argument : {};
  if (typeof secret !== 'string') throw new Error('a GCP secret has a name');
  const what = `gcp secret "${secret}"`;
  return {
    project: typeof project === 'string' ? requireName(project, 'project', what) : null,
    secret: requireName(secret, 'secret', what),
    version: typeof version === 'string' ? requireName(version, 'version', what) : 'latest',
    what,
  };
}

/** It becomes a part of a path. Old projects of a company have its domain and a colon. Throws SECRET_NOT_FOUND. */
export function requireName(name: string, kind: 'project' | 'secret' | 'version', what: string): string {
  const allowed = kind === 'project' ? /^[a-z0-9][a-z0-9.:-]*$/ : /^[A-Za-z0-9_-]{1,255}$/;
  if (allowed.test(name)) return name;
  throw new McpformError('SECRET_NOT_FOUND', `${what}: "${name}" is no name of a ${kind}`, {
    hint: `write the ${kind} as \`gcloud secrets versions access\` takes it`,
  });
}
