import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Certificates, makeCertificates } from './certificates.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

export type RegistryMode = 'plain' | 'basic' | 'tls' | 'token';

/** The registry of Debian's `docker-registry`, on a loopback port of its own with a folder of its own. */
export interface RealRegistry {
  readonly mode: RegistryMode;
  /** As in names of images: `127.0.0.1:40123`. */
  readonly host: string;
  readonly url: string;
  /** In modes `basic` and `token`. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** In mode `tls`. */
  readonly certificates: Certificates | null;
  /** In mode `token`: whoever is nobody may pull `pub/…`, the one with the credentials may do everything. */
  readonly tokens: TokenServer | null;
  /** Lines of its access log so far: `"HEAD /v2/x/manifests/1 HTTP/1.1" 200 …`. */
  readonly log: readonly string[];
  readonly stop: () => Promise<void>;
}

const CREDENTIALS = { username: 'lab', password: 'labpw' };
/** bcrypt of that password: the registry takes nothing else. */
const HTPASSWD = 'lab:$2b$05$abcdefghijklmnopqrstuusjhCDkPHG7xrgLbKYjTrr12ezZgWc9u\n';

export async function startRegistry(mode: RegistryMode = 'plain'): Promise<RealRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'mcpform-registry-'));
  const certificates = mode === 'tls' || mode === 'token' ? await makeCertificates(folder) : null;
  const tokens =
    mode === 'token' && certificates !== null
      ? await startTokenServer({ certificates, credentials: CREDENTIALS })
      : null;
  await writeFile(join(folder, 'htpasswd'), HTPASSWD);
  const config = join(folder, 'config.json');
  // JSON is YAML.
  await writeFile(config, JSON.stringify(configOf(mode, { folder, certificates, tokens })));
  const child = spawn('docker-registry', ['serve', config], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => log.push(line));
  const host = await listeningAt(child);
  return {
    mode,
    host,
    url: `${mode === 'tls' ? 'https' : 'http'}://${host}`,
    credentials: mode === 'basic' || mode === 'token' ? CREDENTIALS : null,
    certificates: mode === 'tls' ? certificates : null,
    tokens,
    log,
    stop: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await tokens?.stop();
      await rm(folder, { recursive: true });
    },
  };
}

interface Parts {
  readonly folder: string;
  readonly certificates: Certificates | null;
  readonly tokens: TokenServer | null;
}

function configOf(mode: RegistryMode, { folder, certificates, tokens }: Parts): object {
  const tls = { certificate: certificates?.files.certificate, key: certificates?.files.key };
  const basic = { htpasswd: { realm: 'lab', path: join(folder, 'htpasswd') } };
  const token = {
    token: {
      realm: tokens?.url,
      service: tokens?.service,
      issuer: tokens?.issuer,
      rootcertbundle: certificates?.files.authority,
    },
  };
  return {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0', ...(mode === 'tls' ? { tls } : {}) },
    ...(mode === 'basic' ? { auth: basic } : mode === 'token' ? { auth: token } : {}),
  };
}

/** It says where it listens once it does; whatever it says before it ends is why it does not. */
async function listeningAt(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`docker-registry ended:\n${said.join('\n')}`)));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      said.push(line);
      const found = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}
