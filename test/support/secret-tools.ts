import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretHome } from '../secrets/support/secret-home.ts';
import { missing } from './pins.ts';

/** Whether the machine has real programs that keep secrets, as Debian's packages put them. */
export function requireTools(...names: readonly string[]): boolean {
  const absent = names.filter((name) => !existsSync(join('/usr/bin', name)));
  return absent.length === 0 || missing(`"${absent.join('", "')}" is not installed; see .ci/run`);
}

/** Where real programs run, with what they have in their environment. */
export type ToolHome = Pick<SecretHome, 'folder' | 'context'>;

/** Runs a real program in a throw-away home, with nothing else of the environment; returns what it prints. */
export function runTool(
  home: ToolHome,
  [program = '', ...args]: readonly string[],
  { input = '', env = {} }: { input?: string | Uint8Array; env?: Readonly<Record<string, string>> } = {},
): string {
  const { env: own } = home.context({ env });
  const bare = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return execFileSync(program, args, {
    cwd: home.folder,
    env: bare as Record<string, string>,
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** A key ring of GnuPG's own, with its agent. */
export interface KeyRing {
  /** GNUPGHOME: short, because sockets are in it. */
  readonly folder: string;
  /** The fingerprint of its one key. */
  readonly fingerprint: string;
  /** Whether a passphrase is remembered or not: as after a log-in. */
  forget(): void;
  stop(): void;
}

/** A key ring with one key; with a passphrase, it is remembered no longer when this returns. */
export async function makeKeyRing(home: ToolHome, name: string, passphrase = ''): Promise<KeyRing> {
  const folder = join(home.folder, name);
  await mkdir(folder, { mode: 0o700 });
  const env = { GNUPGHOME: folder };
  const gpg = ['gpg', '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', passphrase];
  runTool(home, [...gpg, '--quick-generate-key', `${name}@example.invalid`, 'future-default', 'default'], {
    env,
  });
  const listed = runTool(home, ['gpg', '--batch', '--with-colons', '--list-keys'], { env });
  const ring = {
    folder,
    fingerprint: /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? '',
    forget: () => void runTool(home, ['gpgconf', '--reload', 'gpg-agent'], { env }),
    stop: () => void runTool(home, ['gpgconf', '--kill', 'all'], { env }),
  };
  if (passphrase !== '') ring.forget();
  return ring;
}
