import { chmod, chown, lstat, open, truncate, unlink } from 'node:fs/promises';

/**
 * Node can copy a mode and an owner, but neither an ACL nor an extended attribute: `cp` can. It is started
 * without execa, which costs a hundred milliseconds to load and this is in the path of every write.
 */
export async function createLike(from: string, to: string): Promise<void> {
  await (await open(to, 'wx', 0o600)).close();
  try {
    await copyAttributes(from, to);
  } catch (error) {
    await unlink(to).catch(() => undefined);
    throw error;
  }
}

async function copyAttributes(from: string, to: string): Promise<void> {
  if (process.platform === 'linux') {
    await tryProgram('cp', ['--attributes-only', '--preserve=all', '--', from, to]);
  } else if (process.platform === 'darwin' && (await tryProgram('/bin/cp', ['-p', from, to]))) {
    // `cp` has no way to leave the content out there.
    await truncate(to, 0);
  }
  await copyModeAndOwner(from, to);
}

/** What `cp` did already costs two looks; where there is no such `cp`, this is all there is. */
async function copyModeAndOwner(from: string, to: string): Promise<void> {
  if (process.platform === 'win32') return;
  const wanted = await lstat(from);
  const made = await lstat(to);
  if (made.uid !== wanted.uid || made.gid !== wanted.gid) await chown(to, wanted.uid, wanted.gid);
  const mode = wanted.mode & 0o7777;
  // After a change of owner too: it clears the set-id bits.
  if (((await lstat(to)).mode & 0o7777) !== mode) await chmod(to, mode);
}

/** Whether the program was there and succeeded; why not is of no interest, there is a second way. */
async function tryProgram(program: string, args: readonly string[]): Promise<boolean> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 10_000 }, (error) => resolve(error === null));
  });
}
