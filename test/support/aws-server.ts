import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { refuseSignature } from './aws-signature.ts';
import { freePort } from './free-port.ts';
import { assertThrowaway } from './throwaway-home.ts';

export const AWS_KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'canary-aws-secret-access-key',
} as const;

export interface AwsServer {
  readonly url: string;
  putSecret(name: string, value: string | Uint8Array): Promise<void>;
  putParameter(name: string, value: string, more?: Readonly<Record<string, unknown>>): Promise<void>;
  /** What AWS answers when it is asked in its own words. */
  ask(target: string, input: unknown): Promise<Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

/** https://docs.getmoto.org/: AWS's protocol by another hand. Null where it is not installed. */
export function findMoto(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'moto_server')).find((path) => existsSync(path)) ?? null;
}

export async function startMoto(program: string, folder: string): Promise<AwsServer> {
  assertThrowaway(folder);
  const port = await freePort();
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
    cwd: folder,
    // pyenv's programs find their Python from where they lie.
    env: { PATH: process.env['PATH'], HOME: folder, PYENV_VERSION: process.env['PYENV_VERSION'] },
    stdio: 'ignore',
    detached: true,
  });
  const url = `http://127.0.0.1:${port}`;
  await untilUp(url, child);
  return clientOf(url, async () => {
    const ended = new Promise((done) => child.once('exit', done));
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
  });
}

async function untilUp(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; child.exitCode === null && tries < 300; tries += 1) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('moto_server does not start');
}

export interface AwsRequest {
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly input: Readonly<Record<string, unknown>>;
}

export interface AwsDouble extends AwsServer {
  readonly requests: AwsRequest[];
  /** Answers a request itself and returns true, or leaves it to the honest one. */
  lie: ((request: AwsRequest, response: ServerResponse) => boolean) | null;
}

interface Entry {
  readonly value: string;
  readonly isBinary: boolean;
  readonly more: Readonly<Record<string, unknown>>;
}

/** Six calls of the JSON protocols, for whoever signs as AWS Signature Version 4 says. Not AWS. */
export async function startAwsDouble(): Promise<AwsDouble> {
  const entries = new Map<string, Entry[]>();
  const requests: AwsRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    const target = String(incoming.headers['x-amz-target'] ?? '');
    const request = { target, headers: incoming.headers, input: JSON.parse(body || '{}') };
    const isOurs = incoming.headers['x-test-seed'] !== undefined;
    if (!isOurs) requests.push(request);
    if (!isOurs && double.lie?.(request, response) === true) return;
    const refusal = isOurs ? null : refuseSignature(incoming, body, AWS_KEYS);
    const answer = refusal === null ? answerOf(entries, request) : { __type: refusal };
    response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  const double: AwsDouble = Object.assign(clientOf(url, close), { requests, lie: null });
  return double;
}

function answerOf(entries: Map<string, Entry[]>, { target, input }: AwsRequest): Record<string, unknown> {
  const id = String(input['SecretId'] ?? input['Name'] ?? '');
  const versions = entries.get(id) ?? [];
  const add = (value: unknown, isBinary: boolean): number => {
    entries.set(id, [
      ...versions,
      { value: String(value), isBinary, more: { ...versions.at(-1)?.more, ...input } },
    ]);
    return versions.length + 1;
  };
  switch (target) {
    case 'secretsmanager.CreateSecret':
    case 'secretsmanager.PutSecretValue': {
      if (target.endsWith('PutSecretValue') && versions.length === 0)
        return { __type: 'ResourceNotFoundException' };
      const binary = input['SecretBinary'];
      const version = add(binary ?? input['SecretString'], binary !== undefined);
      return { Name: id, VersionId: `version-${version}` };
    }
    case 'secretsmanager.GetSecretValue': {
      const index = versions.length - (input['VersionStage'] === 'AWSPREVIOUS' ? 2 : 1);
      const found = versions[index];
      if (found === undefined) return { __type: 'ResourceNotFoundException', Message: 'no such secret' };
      const { value, isBinary } = found;
      return {
        Name: id,
        VersionId: `version-${index + 1}`,
        [isBinary ? 'SecretBinary' : 'SecretString']: value,
      };
    }
    case 'AmazonSSM.PutParameter':
      return { Version: add(input['Value'], false) };
    case 'AmazonSSM.GetParameter': {
      const found = versions.at(-1);
      if (found === undefined) return { __type: 'ParameterNotFound' };
      const isSealed = found.more['Type'] === 'SecureString' && input['WithDecryption'] !== true;
      return { Parameter: { Name: id, Value: isSealed ? 'sealed' : found.value, Version: versions.length } };
    }
    case 'AmazonSSM.DescribeParameters': {
      const [filter] = input['ParameterFilters'] as readonly { readonly Values: readonly [string] }[];
      const found = entries.get(filter?.Values[0] ?? '')?.at(-1);
      const { KeyId, Tier, Type } = found?.more ?? {};
      return { Parameters: found === undefined ? [] : [{ KeyId, Tier, Type }] };
    }
    default:
      return { __type: 'UnknownOperationException' };
  }
}

function clientOf(url: string, close: () => Promise<void>): AwsServer {
  const ask = async (target: string, input: unknown): Promise<Record<string, unknown>> => {
    const service = target.startsWith('AmazonSSM') ? 'ssm' : 'secretsmanager';
    const scope = `${AWS_KEYS.AWS_ACCESS_KEY_ID}/20260101/eu-west-1/${service}/aws4_request`;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': target,
        'x-test-seed': 'yes',
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      },
      body: JSON.stringify(input),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${target}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    url,
    ask,
    close,
    putSecret: async (Name, value) => {
      const content =
        typeof value === 'string'
          ? { SecretString: value }
          : { SecretBinary: Buffer.from(value).toString('base64') };
      await ask('secretsmanager.CreateSecret', { Name, SecretId: Name, ...content });
    },
    putParameter: async (Name, Value, more = { Type: 'SecureString' }) => {
      await ask('AmazonSSM.PutParameter', { Name, Value, ...more });
    },
  };
}
