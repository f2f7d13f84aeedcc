import type { SecretContext } from '../../model/secret.ts';
import type { AwsSettings } from './settings.ts';

/** Where the credentials come from, in the order in which AWS's own library looks. */
export type CredentialSource =
  | { readonly kind: 'profile'; readonly name: string; readonly isSso: boolean }
  | {
      readonly kind: 'keys';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    }
  | {
      readonly kind: 'web-identity';
      readonly tokenFile: string;
      readonly roleArn: string;
      readonly sessionName: string | undefined;
    }
  | {
      readonly kind: 'container';
      readonly relativeUri: string | undefined;
      readonly fullUri: string | undefined;
      readonly token: string | undefined;
      readonly tokenFile: string | undefined;
    }
  /** The role of the virtual machine that this may be. */
  | { readonly kind: 'instance' };

/** Null: nobody has logged in here. */
export function credentialSource({ profile }: AwsSettings, { env }: SecretContext): CredentialSource | null {
  const { name, isChosen, says } = profile;
  const ofProfile = { kind: 'profile', name, isSso: hasKey(says, /^sso_/) } as const;
  if (isChosen) return ofProfile;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (accessKeyId && secretAccessKey) {
    const sessionToken = env['AWS_SESSION_TOKEN'];
    return { kind: 'keys', accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  }
  if (hasKey(says, /^(sso_|aws_access_key_id$|role_arn$|credential_process$|login_session$)/))
    return ofProfile;
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: roleArn } = env;
  if (tokenFile && roleArn) {
    return { kind: 'web-identity', tokenFile, roleArn, sessionName: env['AWS_ROLE_SESSION_NAME'] };
  }
  const relativeUri = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] || undefined;
  const fullUri = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] || undefined;
  if (relativeUri !== undefined || fullUri !== undefined) {
    return {
      kind: 'container',
      relativeUri,
      fullUri,
      token: env['AWS_CONTAINER_AUTHORIZATION_TOKEN'],
      tokenFile: env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
    };
  }
  const isDisabled = (env['AWS_EC2_METADATA_DISABLED'] ?? 'false').toLowerCase() !== 'false';
  return isDisabled ? null : { kind: 'instance' };
}

function hasKey(says: Readonly<Record<string, string>> | null, key: RegExp): boolean {
  return Object.keys(says ?? {}).some((each) => key.test(each));
}
