import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { AWS_KEYS, type AwsServer, startAwsDouble } from '../../../support/aws-server.ts';
import { startGcpDouble } from '../../../support/gcp-double.ts';
import { startVaultDouble } from '../../../support/vault-server.ts';
import { type Failure, type Keeper, type OpenKeeper, textOf } from '../keeper.ts';

/** Backends that are servers: doubles of their protocols, in this process. */

type Lie = (request: unknown, response: ServerResponse) => boolean;

/** The same lies for all: each has the value in its status line, headers and body. */
function lieOf(how: Failure, value: string): Lie | null {
  const said = Buffer.from(value).toString('base64url');
  const answer =
    (status: number, body: string): Lie =>
    (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-debug': said });
      response.end(body);
      return true;
    };
  const errors = { errors: [value], message: value, Message: value, error: { message: value, code: 500 } };
  if (how === 'down') return answer(501, JSON.stringify(errors));
  if (how === 'denied') return answer(403, JSON.stringify({ ...errors, __type: 'AccessDeniedException' }));
  if (how === 'garbage') return answer(200, `{"data": ${value}`);
  if (how === 'silent') return () => true;
  return null;
}

export const vault: OpenKeeper = async () => {
  const server = await startVaultDouble();
  return {
    backend: 'vault',
    what: 'a double of Vault',
    env: () => ({ VAULT_ADDR: server.url, VAULT_TOKEN: server.rootToken }),
    keep: async (name, value) => {
      const text = textOf(value);
      if (text === null) return null;
      server.put(`secret/mcp/${name}`, { token: text });
      return { path: `mcp/${name}`, field: 'token' };
    },
    fail: async (how, value) => {
      server.lie = lieOf(how, value);
      return server.lie !== null;
    },
    close: server.close,
  };
};

const awsEnvironment = (url: string): Record<string, string> => ({
  ...AWS_KEYS,
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL: url,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
});

/** A secret is created once, and has versions after that. */
const keepsInAws = (server: AwsServer): Keeper['keep'] => {
  const known = new Set<string>();
  return async (name, value) => {
    const secret = `mcp/${name}`;
    const text = textOf(value);
    const content =
      text === null ? { SecretBinary: Buffer.from(value).toString('base64') } : { SecretString: text };
    if (!known.has(secret)) await server.putSecret(secret, text ?? value);
    else await server.ask('secretsmanager.PutSecretValue', { SecretId: secret, ...content });
    known.add(secret);
    return { secret };
  };
};

export const aws: OpenKeeper = async () => {
  const server = await startAwsDouble();
  return {
    backend: 'aws',
    what: 'a double of AWS',
    env: () => awsEnvironment(server.url),
    keep: keepsInAws(server),
    fail: async (how, value) => {
      server.lie = lieOf(how, value);
      return server.lie !== null;
    },
    close: server.close,
  };
};

/** With moto, or whoever else speaks like AWS. */
export const awsBy =
  (what: string, start: (folder: string) => Promise<AwsServer>): OpenKeeper =>
  async (home) => {
    const server = await start(home.folder);
    return {
      backend: 'aws',
      what,
      env: () => awsEnvironment(server.url),
      keep: keepsInAws(server),
      fail: async () => false,
      close: server.close,
    };
  };

export const gcp: OpenKeeper = async (_, folder) => {
  const server = await startGcpDouble();
  const account = join(folder, 'account.json');
  await writeFile(account, JSON.stringify(server.account), { mode: 0o600 });
  return {
    backend: 'gcp',
    what: 'a double of Google Secret Manager',
    env: () => ({
      GOOGLE_APPLICATION_CREDENTIALS: account,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: server.url,
      METADATA_SERVER_DETECTION: 'none',
    }),
    keep: async (name, value) => {
      server.put(name, value);
      return { project: 'team-1', secret: name };
    },
    fail: async (how, value) => {
      server.lie = lieOf(how, value);
      return server.lie !== null;
    },
    close: server.close,
  };
};
