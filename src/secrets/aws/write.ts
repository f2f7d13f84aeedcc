import { McpformError } from '../../model/error.ts';
import type { SecretValue } from '../../model/secret.ts';
import type { AwsLocator } from './locator.ts';
import { readParameter, readSecret } from './read.ts';
import type { AwsSession } from './session.ts';
import { replaceKey } from './value-in-json.ts';

/** Writes a new version of what is there; creates nothing. Throws SECRET_*, and the library's errors. */
export async function writeAws(locator: AwsLocator, value: SecretValue, session: AwsSession): Promise<void> {
  await (locator.kind === 'secret' ? writeSecret : writeParameter)(locator, value, session);
}

async function writeSecret(locator: AwsLocator, value: SecretValue, session: AwsSession): Promise<void> {
  const { name, key, what } = locator;
  const secrets = session.secrets();
  if (key === null) {
    await secrets.put(name, value.reveal());
    return;
  }
  const current = await readSecret(locator, session);
  await secrets.put(name, replaceKey(current.text, { key, value: value.reveal(), what }));
  // AWS cannot be told what we saw. What we replaced tells whether somebody was faster.
  const replaced = await secrets.get(name, 'AWSPREVIOUS');
  if (replaced.VersionId !== current.version) throw changedMeanwhile(what);
}

async function writeParameter(locator: AwsLocator, value: SecretValue, session: AwsSession): Promise<void> {
  const { name, key, what } = locator;
  if (name.startsWith('arn:')) {
    throw new McpformError('SECRET_NOT_WRITABLE', `${what}: a parameter is written by its name`, {
      hint: 'name it without its ARN, with "region" if need be',
    });
  }
  const parameters = session.parameters();
  const current = await readParameter(locator, session);
  const known = (await parameters.describe(name)).Parameters?.[0];
  if (known === undefined) {
    throw new McpformError('SECRET_NOT_WRITABLE', `${what}: AWS does not say which key encrypts it`, {
      hint: 'name it without a version or label, or write it with `aws ssm put-parameter`',
    });
  }
  const Value =
    key === null ? value.reveal() : replaceKey(current.text, { key, value: value.reveal(), what });
  const { KeyId, Tier } = known;
  const { Version } = await parameters.put({ Name: name, Value, KeyId, Tier });
  if (key !== null && Version !== Number(current.version) + 1) throw changedMeanwhile(what);
}

function changedMeanwhile(what: string): McpformError {
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: somebody else changed it meanwhile`, {
    hint: 'look at the version before this one: what was written there may be missing now',
  });
}
