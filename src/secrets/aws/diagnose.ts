import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretContext } from '../../model/secret.ts';
import { type CredentialSource, credentialSource } from './credential-source.ts';
import { type AwsLocator, parseAwsLocator } from './locator.ts';
import { readAwsSettings } from './settings.ts';

const CHECK = 'aws';

/** Looks for a region and for credentials, and asks nobody. */
export async function diagnoseAws(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis> {
  try {
    const found = await Promise.all(locatorsOf(sources).map((locator) => describe(locator, ctx)));
    return found.find(({ state }) => state !== 'ok') ?? found[0] ?? missing();
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { message, hint } = error;
    return { check: CHECK, state: 'failed', detail: message, ...(hint === undefined ? {} : { hint }) };
  }
}

function locatorsOf(sources: readonly Json[]): readonly AwsLocator[] {
  const any = { kind: 'secret', name: '', key: null, region: null, profile: null, what: CHECK } as const;
  return sources.length === 0 ? [any] : sources.map(parseAwsLocator);
}

async function describe(locator: AwsLocator, ctx: SecretContext): Promise<Diagnosis> {
  const settings = await readAwsSettings(locator, ctx);
  const { name, isChosen, says } = settings.profile;
  if (isChosen && says === null) {
    const detail = `there is no profile "${name}" in "${settings.files.config}"`;
    return { check: CHECK, state: 'failed', detail, hint: 'run `aws configure --profile NAME`' };
  }
  const source = credentialSource(settings, ctx);
  if (source === null || source.kind === 'instance') return missing();
  return {
    check: CHECK,
    state: 'ok',
    detail: `${settings.region}, asked with ${WORDS[source.kind](source)}`,
  };
}

const WORDS: Readonly<Record<CredentialSource['kind'], (source: CredentialSource) => string>> = {
  profile: (source) => (source.kind === 'profile' ? `profile "${source.name}"` : ''),
  keys: () => 'AWS_ACCESS_KEY_ID',
  'web-identity': () => 'AWS_WEB_IDENTITY_TOKEN_FILE',
  container: () => 'the role of this container',
  instance: () => 'the role of this machine',
};

function missing(): Diagnosis {
  return {
    check: CHECK,
    state: 'warning',
    detail: 'no credentials, unless this machine has a role of its own',
    hint: 'log in with `aws configure` or `aws sso login`',
  };
}
