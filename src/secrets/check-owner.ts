import { McpformError } from '../model/error.ts';
import type { SecretContext } from '../model/secret.ts';
import type { FileStat } from '../model/system.ts';

/**
 * Throws SECRET_UNSAFE unless only we, and root, can read and write the file. One of root's may be read by more: that
 * is root's decision, as with what an engine mounts. Windows keeps home folders private by itself.
 */
export async function checkOwner(
  { mode, uid }: FileStat,
  { path, what }: { readonly path: string; readonly what: string },
  { system, platform }: SecretContext,
): Promise<void> {
  if (platform === 'win32') return;
  const { uid: ours } = await system.processes.identity();
  if (uid === ours) {
    if ((mode & OTHERS) === 0) return;
    const others = (mode & OTHERS_WRITE) === 0 ? 'read' : 'changed';
    throw unsafe(`${what} can be ${others} by others (mode ${octal(mode)})`, `run \`chmod 600 ${path}\``);
  }
  if (uid !== ROOT) {
    throw unsafe(`${what} belongs to somebody else (user ${uid})`, 'copy the secret to a file of your own');
  }
  if ((mode & OTHERS_WRITE) === 0) return;
  throw unsafe(
    `${what} can be changed by others (mode ${octal(mode)})`,
    `run \`chmod go-w ${path}\` as root`,
  );
}

const ROOT = 0;
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

function unsafe(message: string, hint: string): McpformError {
  return new McpformError('SECRET_UNSAFE', message, { hint });
}
