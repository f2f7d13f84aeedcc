import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import {
  fromHttp,
  fromIni,
  fromInstanceMetadata,
  fromSSO,
  fromTokenFile,
} from '@aws-sdk/credential-providers';
import { assertNever } from '../../model/assert-never.ts';
import type { CredentialSource } from './credential-source.ts';
import type { NetworkHandler } from './network-handler.ts';
import type { AwsSettings } from './settings.ts';

export interface AwsRequest {
  readonly settings: AwsSettings;
  readonly handler: NetworkHandler;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Everything that the library would otherwise look up in the environment of the process, and in files it names. */
function configOf({ settings, handler }: AwsRequest, endpoint: string | null) {
  return {
    region: settings.region,
    requestHandler: handler,
    maxAttempts: 2,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useFipsEndpoint: settings.isFips,
    useDualstackEndpoint: settings.isDualstack,
    ignoreConfiguredEndpointUrls: true,
    authSchemePreference: [] as string[],
    userAgentAppId: 'mcpform',
    ...(endpoint === null ? {} : { endpoint }),
  } as const;
}

/** Throws the library's errors. */
export async function resolveCredentials(
  source: CredentialSource,
  request: AwsRequest,
): Promise<AwsCredentials> {
  const { settings, handler } = request;
  const clientConfig = configOf(request, settings.sessionEndpoint);
  const files = { filepath: settings.files.credentials, configFilepath: settings.files.config };
  const parentClientConfig = { region: async () => settings.region, requestHandler: handler };
  switch (source.kind) {
    case 'keys':
      return source;
    case 'profile': {
      const init = { profile: source.name, ...files, ignoreCache: true, clientConfig, parentClientConfig };
      return await (source.isSso ? fromSSO(init) : fromIni(init))();
    }
    case 'web-identity':
      return await fromTokenFile({
        webIdentityTokenFile: source.tokenFile,
        roleArn: source.roleArn,
        ...(source.sessionName === undefined ? {} : { roleSessionName: source.sessionName }),
        clientConfig,
      })();
    case 'container':
      return await fromHttp({
        ...(source.relativeUri === undefined
          ? {}
          : { awsContainerCredentialsRelativeUri: source.relativeUri }),
        ...(source.fullUri === undefined ? {} : { awsContainerCredentialsFullUri: source.fullUri }),
        ...(source.token === undefined ? {} : { awsContainerAuthorizationToken: source.token }),
        ...(source.tokenFile === undefined ? {} : { awsContainerAuthorizationTokenFile: source.tokenFile }),
        maxRetries: 1,
      })();
    case 'instance':
      return await fromInstanceMetadata({ timeout: 1_000, maxRetries: 0 })();
    default:
      return assertNever(source);
  }
}

export type SecretsApi = ReturnType<typeof openSecrets>;
export type ParametersApi = ReturnType<typeof openParameters>;

export function openSecrets(request: AwsRequest, credentials: AwsCredentials) {
  const client = new SecretsManagerClient({ ...configOf(request, request.settings.endpoint), credentials });
  return {
    get: (SecretId: string, VersionStage?: string) =>
      client.send(new GetSecretValueCommand({ SecretId, VersionStage })),
    put: (SecretId: string, SecretString: string) =>
      client.send(new PutSecretValueCommand({ SecretId, SecretString })),
  };
}

export function openParameters(request: AwsRequest, credentials: AwsCredentials) {
  const client = new SSMClient({ ...configOf(request, request.settings.endpoint), credentials });
  return {
    get: (Name: string) => client.send(new GetParameterCommand({ Name, WithDecryption: true })),
    describe: (Name: string) =>
      client.send(
        new DescribeParametersCommand({
          ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: [Name] }],
        }),
      ),
    put: (input: ParameterInput) =>
      client.send(new PutParameterCommand({ ...input, Type: 'SecureString', Overwrite: true })),
  };
}

interface ParameterInput {
  readonly Name: string;
  readonly Value: string;
  /** As it was: left out, AWS takes its own key. */
  readonly KeyId: string | undefined;
  readonly Tier: 'Standard' | 'Advanced' | 'Intelligent-Tiering' | undefined;
}
