import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Every path below a folder that a stamp is taken of, `.` first. Follows no link. */
export function pathsBelow(folder: string): readonly string[] {
  const paths = ['.'];
  const look = (at: string, below: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = below + entry.name;
      paths.push(path);
      if (entry.isDirectory()) look(`${at}/${entry.name}`, `${path}/`);
    }
  };
  look(folder, '');
  return paths;
}

/** Now, as the file system that holds the folder tells the time in its stamps: ms, of whatever fineness it has. */
export function fileTime(folder: string): number {
  const probe = temporaryIn(folder);
  try {
    writeFileSync(probe, '', { flag: 'wx', mode: 0o600 });
    return lstatSync(probe).ctimeMs;
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Replaces a file of ours, 0600, as a whole. */
export function replaceOwnFile(path: string, bytes: Uint8Array): void {
  const temporary = temporaryIn(dirname(path));
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function temporaryIn(folder: string): string {
  return join(folder, `.${randomBytes(8).toString('hex')}.tmp`);
}
