import type { Context } from '../../model/context.ts';
import { checkEntries } from './check-entries.ts';
import type { ZipEntry } from './client.ts';

/** The entries of a bundle, judged. The driver of zip files is loaded by the first one. */
export async function openBundle(
  bytes: Buffer,
  ctx: Pick<Context, 'platform'>,
): Promise<readonly ZipEntry[]> {
  const { readZip } = await import('./client.ts');
  const entries = await readZip(withoutSignature(bytes));
  checkEntries(entries, ctx.platform);
  return entries;
}

/**
 * A signed bundle has its signature after the end of the zip file, between two marks, where no reader of zip files
 * expects it. Our pin is the hash of all of it.
 * https://github.com/modelcontextprotocol/mcpb/blob/main/CLI.md
 */
function withoutSignature(bytes: Buffer): Buffer {
  if (!bytes.subarray(-footer.length).equals(footer)) return bytes;
  const start = bytes.lastIndexOf(header);
  return start === -1 ? bytes : bytes.subarray(0, start);
}

const header = Buffer.from('MCPB_SIG_V1');
const footer = Buffer.from('MCPB_SIG_END');
