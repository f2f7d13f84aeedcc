import { createHash } from 'node:crypto';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Grant } from '../model/grant.ts';
import { orUnwritable, readIfThere, removeIfThere, replaceFile } from './durable-file.ts';
import { filesIn } from './folder.ts';

type Disk = Pick<Context, 'system'>;

/** What a stack was granted on this machine. A damaged file is a hard error: nothing is ever granted by mistake. */
export async function readGrants(folder: string, ctx: Disk): Promise<readonly Grant[]> {
  const path = filesIn(folder).grants;
  const text = (await readIfThere(path, ctx))?.toString('utf8');
  if (text === undefined) return [];
  const [head = '', ...rest] = text.split('\n');
  const body = rest.join('\n');
  if (head !== headOf(body)) throw corrupt(path);
  return body.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Grant]));
}

/** Only under the lock of the books. One grant per line, sorted; none: no file. */
export async function writeGrants(folder: string, grants: readonly Grant[], ctx: Disk): Promise<void> {
  const path = filesIn(folder).grants;
  const lines = grants.map(({ locator, address, launchDigest, grantedAt, by }) =>
    JSON.stringify({ address, locator, launchDigest, grantedAt, by }),
  );
  const body = [...lines].sort().join('\n');
  const text = `${headOf(body)}\n${body}`;
  await orUnwritable('write the grants', async () => {
    const there = (await readIfThere(path, ctx))?.toString('utf8');
    if (grants.length === 0) return await removeIfThere(path, ctx);
    if (there !== text) await replaceFile(path, text, ctx);
  });
}

function headOf(body: string): string {
  const checksum = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  return JSON.stringify({ formatVersion: 1, checksum });
}

function corrupt(path: string): McpformError {
  return new McpformError('STATE_CORRUPT', `"${path}" does not match its checksum`, {
    hint: 'remove it: nothing is granted then, and the next apply asks for all of it again',
  });
}
