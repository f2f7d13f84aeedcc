import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../../model/error.ts';

/** Removes a folder with read-only folders in it; links are removed, never followed. A missing one is fine. */
export async function removeSealed(folder: string): Promise<void> {
  try {
    await unseal(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    // Somebody else removes it too.
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

async function unseal(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await unseal(join(folder, entry.name));
  }
}
