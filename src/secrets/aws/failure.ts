import { McpformError } from '../../model/error.ts';

/** What a failure of AWS or its library means. Of the error, only its name and status count. */
export function awsFailure(error: unknown, what: string): McpformError {
  if (error instanceof McpformError) return error;
  const name = error instanceof Error ? error.name : '';
  const meaning = MEANINGS.find(({ names }) => names.test(name));
  if (meaning !== undefined) {
    return new McpformError(meaning.code, `${what}: ${meaning.sentence}`, { hint: meaning.hint });
  }
  const status = statusOf(error);
  if (status === 401 || status === 403) {
    return new McpformError(
      'SECRET_DENIED',
      `${what}: AWS, or who stands before it, answered with ${status}`,
      {
        hint: 'see the credentials, and the policies of the endpoint and of this network',
      },
    );
  }
  const sentence = status === null ? 'the answer is not what AWS answers' : `AWS answered with ${status}`;
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: ${sentence}`, {
    hint: 'ask the same with the `aws` program to see why',
  });
}

const MEANINGS = [
  {
    names: /^(ResourceNotFoundException|ParameterNotFound|ParameterVersionNotFound)$/,
    code: 'SECRET_NOT_FOUND',
    sentence: 'there is none of that name in that region',
    hint: 'see the name, the region and the account',
  },
  {
    names: /^InvalidRequestException$/,
    code: 'SECRET_NOT_FOUND',
    sentence: 'it has been marked for deletion, or has no value yet',
    hint: 'run `aws secretsmanager restore-secret`, or write a value',
  },
  {
    names: /^(AccessDenied|UnauthorizedOperation|DecryptionFailure|InvalidKeyId|EncryptionFailure)/,
    code: 'SECRET_DENIED',
    sentence: 'this identity may not do that',
    hint: 'it needs the permission for this secret, and for the KMS key that encrypts it',
  },
  {
    names:
      /^(ExpiredToken|UnrecognizedClient|InvalidSignature|InvalidClientTokenId|IncompleteSignature|SignatureDoesNotMatch|MissingAuthenticationToken|RequestExpired)/,
    code: 'SECRET_DENIED',
    sentence: 'AWS does not take the credentials, or they have ended',
    hint: 'log in again with `aws sso login` or `aws configure`',
  },
  {
    names: /^(CredentialsProviderError|TokenProviderError|ProviderError|InstanceMetadataV1FallbackError)$/,
    code: 'SECRET_DENIED',
    sentence: 'there are no credentials for AWS, or they have ended',
    hint: 'log in with `aws sso login`, or see the profile with `aws configure list`',
  },
  {
    names: /^(Throttling|TooManyRequests|RequestLimitExceeded|LimitExceeded)/,
    code: 'SECRET_BACKEND_FAILED',
    sentence: 'AWS is asked too much',
    hint: 'try again in a while',
  },
] as const;

function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('$metadata' in error)) return null;
  const metadata: unknown = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
  // A success that the library could not read is told as what it is.
  const status = metadata.httpStatusCode;
  return typeof status === 'number' && status >= 300 ? status : null;
}
