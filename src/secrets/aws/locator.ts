import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';

export interface AwsLocator {
  readonly kind: 'secret' | 'parameter';
  /** Name or ARN. */
  readonly name: string;
  /** In a JSON object; null: the value is all there is. */
  readonly key: string | null;
  /** As the manifest or the ARN says; null: the machine's. */
  readonly region: string | null;
  readonly profile: string | null;
  /** For people: `aws secret "mcp/github" key "token"`. */
  readonly what: string;
}

/** Throws SECRET_NOT_FOUND for a region that is none. */
export function parseAwsLocator(argument: Json): AwsLocator {
  const { secret, parameter, key, region, profile } = isJsonObject(argument) ? argument : {};
  const name = secret ?? parameter;
  if (typeof name !== 'string') throw new Error('an AWS secret has a name');
  const kind = secret === undefined ? 'parameter' : 'secret';
  const what = `aws ${kind} "${name}"${typeof key === 'string' ? ` key "${key}"` : ''}`;
  const place = typeof region === 'string' ? region : regionOfArn(name);
  return {
    kind,
    name,
    key: typeof key === 'string' ? key : null,
    region: place === null ? null : requireRegion(place, what),
    profile: typeof profile === 'string' ? profile : null,
    what,
  };
}

/** `arn:aws:secretsmanager:eu-west-1:123456789012:secret:name` */
function regionOfArn(name: string): string | null {
  return /^arn:[^:]*:[^:]*:([^:]+):/.exec(name)?.[1] ?? null;
}

/** It becomes a part of a host name. Throws SECRET_NOT_FOUND. */
export function requireRegion(region: string, what: string): string {
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(region)) return region;
  throw new McpformError('SECRET_NOT_FOUND', `${what}: "${region}" is no region`, {
    hint: 'write it as AWS does: "eu-west-1"',
  });
}
