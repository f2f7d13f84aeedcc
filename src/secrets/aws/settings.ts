import { join } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import type { SecretContext } from '../../model/secret.ts';
import { requireSafe } from '../ask-server.ts';
import { type AwsLocator, requireRegion } from './locator.ts';
import { type Profile, type Profiles, parseProfiles } from './parse-profiles.ts';

export const BACKEND = 'AWS';

export interface AwsSettings {
  readonly region: string;
  /** Null: AWS's own, by region. */
  readonly endpoint: string | null;
  /** The same of what gives out sessions. */
  readonly sessionEndpoint: string | null;
  readonly isFips: boolean;
  readonly isDualstack: boolean;
  readonly files: AwsFiles;
  /** Its name, and what the files say of it; null when they do not know it. */
  readonly profile: { readonly name: string; readonly isChosen: boolean; readonly says: Profile | null };
}

export interface AwsFiles {
  readonly config: string;
  readonly credentials: string;
}

/**
 * Where AWS is, for this secret on this machine. The library would look by itself, in an environment that is not the
 * one that was approved. Throws SECRET_*.
 */
export async function readAwsSettings(locator: AwsLocator, ctx: SecretContext): Promise<AwsSettings> {
  const { env } = ctx;
  const { what } = locator;
  const files = filesOf(ctx);
  const known = await readProfiles(files, ctx);
  const chosen = locator.profile ?? (env['AWS_PROFILE'] || null);
  const name = chosen ?? 'default';
  const says = known.profiles.get(name) ?? null;
  const region = locator.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || says?.['region']);
  if (!region) {
    throw new McpformError('SECRET_BACKEND_FAILED', `${what}: there is no region`, {
      hint: 'set AWS_REGION, or "region" in the manifest or the profile',
    });
  }
  const endpointOf = (service: keyof typeof SERVICES): string | null => {
    const url = endpointFor(service, { env, says, known });
    return url === null ? null : requireSafe(url, { backend: BACKEND, what }).href;
  };
  return {
    region: requireRegion(region, what),
    endpoint: endpointOf(locator.kind),
    sessionEndpoint: endpointOf('session'),
    isFips: isOn(env['AWS_USE_FIPS_ENDPOINT'] ?? says?.['use_fips_endpoint']),
    isDualstack: isOn(env['AWS_USE_DUALSTACK_ENDPOINT'] ?? says?.['use_dualstack_endpoint']),
    files,
    profile: { name, isChosen: chosen !== null, says },
  };
}

/** By what AWS calls them in variables and in files. */
const SERVICES = { secret: 'SECRETS_MANAGER', parameter: 'SSM', session: 'STS' } as const;

interface Sources {
  readonly env: SecretContext['env'];
  readonly says: Profile | null;
  readonly known: Profiles;
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function endpointFor(service: keyof typeof SERVICES, { env, says, known }: Sources): string | null {
  const id = SERVICES[service];
  const own = known.services.get(says?.['services'] ?? '')?.[`${id.toLowerCase()}.endpoint_url`];
  return env[`AWS_ENDPOINT_URL_${id}`] || env['AWS_ENDPOINT_URL'] || own || says?.['endpoint_url'] || null;
}

function isOn(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true';
}

function filesOf({ env, home }: SecretContext): AwsFiles {
  return {
    config: env['AWS_CONFIG_FILE'] || join(home, '.aws', 'config'),
    credentials: env['AWS_SHARED_CREDENTIALS_FILE'] || join(home, '.aws', 'credentials'),
  };
}

async function readProfiles({ config, credentials }: AwsFiles, ctx: SecretContext): Promise<Profiles> {
  const [first, second] = await Promise.all([config, credentials].map((path) => readOptional(path, ctx)));
  return parseProfiles(first ?? '', second ?? '');
}

async function readOptional(path: string, { system }: SecretContext): Promise<string> {
  try {
    return (await system.files.read(path)).toString();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR')) return '';
    throw error;
  }
}
