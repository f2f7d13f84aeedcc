import { generateKeyPairSync, randomUUID, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../src/model/json.ts';
import { crc32c } from '../../src/secrets/gcp/crc32c.ts';

export interface GcpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/**
 * Answers as Google documents it for Secret Manager (REST v1), its token endpoints, and service accounts that sign for
 * themselves (https://google.aip.dev/auth/4111), all in this process. Not Google.
 */
export interface GcpDouble {
  readonly url: string;
  readonly requests: GcpRequest[];
  lie: ((request: GcpRequest, response: ServerResponse) => boolean) | null;
  /** Content of credential files. */
  readonly account: JsonObject & { readonly private_key: string };
  readonly user: JsonObject;
  readonly impersonated: JsonObject;
  /** Whose subject token lies in this file. */
  workload(subjectTokenFile: string): JsonObject;
  readonly subjectToken: string;
  /** Whoever asks may not read. */
  isForbidden: boolean;
  put(secret: string, ...versions: readonly (string | Uint8Array)[]): void;
  /** The oldest is 1. */
  disable(secret: string, version: number): void;
  newest(secret: string): string | undefined;
  readonly close: () => Promise<void>;
}

interface Version {
  readonly bytes: Buffer;
  isDisabled: boolean;
}

const EMAIL = 'mcp@team-1.iam.gserviceaccount.com';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** Slow to make, and nobody's. */
export const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEYS = newKeys();

export async function startGcpDouble(keys: ReturnType<typeof newKeys> = KEYS): Promise<GcpDouble> {
  const { privateKey, publicKey } = keys;
  const secrets = new Map<string, Version[]>();
  const requests: GcpRequest[] = [];
  const tokens = new Set<string>();
  const refreshToken = `canary-refresh-${randomUUID()}`;
  const subjectToken = `canary-subject-${randomUUID()}`;

  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: Buffer.concat(pieces).toString() };
    requests.push(request);
    if (double.lie?.(request, response) === true) return;
    const [status, body] = answer(request);
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const user = {
    type: 'authorized_user',
    client_id: 'id',
    client_secret: 'canary-client-secret',
    refresh_token: refreshToken,
    quota_project_id: 'team-1',
  };
  const double: GcpDouble = {
    url,
    requests,
    lie: null,
    isForbidden: false,
    subjectToken,
    user,
    account: {
      type: 'service_account',
      project_id: 'team-1',
      private_key_id: 'key-1',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      client_email: EMAIL,
      client_id: '1',
    },
    impersonated: {
      type: 'impersonated_service_account',
      service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`,
      source_credentials: user,
    },
    workload: (file) => ({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${url}/v1/token`,
      credential_source: { file },
    }),
    put: (secret, ...versions) => {
      secrets.set(
        secret,
        versions.map((bytes) => ({ bytes: Buffer.from(bytes), isDisabled: false })),
      );
    },
    disable: (secret, version) => {
      const found = secrets.get(secret)?.[version - 1];
      if (found !== undefined) found.isDisabled = true;
    },
    newest: (secret) => secrets.get(secret)?.at(-1)?.bytes.toString(),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return double;

  function answer(request: GcpRequest): readonly [number, unknown] {
    if (request.url.endsWith('/token')) return giveToken(new URLSearchParams(request.body));
    if (!isKnown(request.headers.authorization ?? '')) return error(401, 'UNAUTHENTICATED');
    if (request.url === `/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`) {
      const expireTime = new Date(Date.now() + 3_600_000).toISOString();
      return [200, { accessToken: newToken(), expireTime }];
    }
    if (double.isForbidden) return error(403, 'PERMISSION_DENIED');
    const [, name = '', version, call] =
      /^\/v1\/projects\/team-1\/secrets\/([^/:]+)(?:\/versions\/([^/:]+))?:(\w+)$/.exec(request.url) ?? [];
    const versions = secrets.get(name);
    if (versions === undefined) return error(404, 'NOT_FOUND');
    return call === 'access' ? access(versions, version ?? '') : addVersion(versions, request.body);
  }

  function giveToken(form: URLSearchParams): readonly [number, unknown] {
    const isRefresh =
      form.get('grant_type') === 'refresh_token' &&
      form.get('refresh_token') === refreshToken &&
      form.get('client_secret') === user.client_secret;
    const isExchange =
      form.get('grant_type') === TOKEN_EXCHANGE &&
      form.get('subject_token') === subjectToken &&
      form.get('scope') === 'https://www.googleapis.com/auth/cloud-platform';
    if (!isRefresh && !isExchange)
      return [400, { error: 'invalid_grant', error_description: form.toString() }];
    return [200, { access_token: newToken(), token_type: 'Bearer', expires_in: 3600 }];
  }

  function newToken(): string {
    const token = `ya29.canary-${randomUUID()}`;
    tokens.add(token);
    return token;
  }

  function isKnown(authorization: string): boolean {
    const token = authorization.replace(/^Bearer /, '');
    return tokens.has(token) || isSigned(token);
  }

  function isSigned(token: string): boolean {
    const [head = '', claims = '', signature = ''] = token.split('.');
    if (!verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')))
      return false;
    const { iss, sub, aud, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const now = Date.now() / 1000;
    const isNow = iat <= now + 60 && exp > now && exp - iat <= 3600;
    return isNow && iss === EMAIL && sub === EMAIL && aud === 'https://secretmanager.googleapis.com/';
  }
}

function access(versions: readonly Version[], version: string): readonly [number, unknown] {
  const number = version === 'latest' ? versions.length : Number(version);
  const found = versions[number - 1];
  if (found === undefined) return error(404, 'NOT_FOUND');
  if (found.isDisabled) return error(400, 'FAILED_PRECONDITION');
  const { bytes } = found;
  const data = bytes.length === 0 ? {} : { data: bytes.toString('base64') };
  return [200, { name: `versions/${number}`, payload: { ...data, dataCrc32c: String(crc32c(bytes)) } }];
}

function addVersion(versions: Version[], body: string): readonly [number, unknown] {
  const { payload } = JSON.parse(body) as { payload: { data: string; dataCrc32c: string } };
  const bytes = Buffer.from(payload.data, 'base64');
  if (String(crc32c(bytes)) !== payload.dataCrc32c) return error(400, 'INVALID_ARGUMENT');
  versions.push({ bytes, isDisabled: false });
  return [200, { name: `versions/${versions.length}`, state: 'ENABLED' }];
}

function error(code: number, status: string): readonly [number, unknown] {
  return [code, { error: { code, message: 'as the documents say', status } }];
}
