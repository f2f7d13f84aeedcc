import { escapeText } from '../../formats/escape.ts';
import { McpformError } from '../../model/error.ts';
import { readFields } from '../read-fields.ts';
import type { Rest } from './ask.ts';
import type { FilePlace } from './github.ts';
import { refuseAnswer } from './refuse-answer.ts';
import { checkSlug } from './slug.ts';

/** Up to here GitHub gives a file's content with what it says about it. */
const MAX_BYTES = 1024 * 1024;

export async function fileAt({ owner, repo, path, ref }: FilePlace, rest: Rest): Promise<Uint8Array> {
  const about = escapeText(`file ${owner}/${repo}:${path} at ${ref}`);
  checkSlug({ owner, repo });
  if (ref === '' || path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new McpformError(
      'GITHUB_ADDRESS_INVALID',
      `${about} is no file of a repository at a branch, tag or commit`,
      {
        hint: 'write it from the top of the repository, without a leading slash: policies/mcp.yaml',
      },
    );
  }
  const data = await rest.ask({
    route: 'GET /repos/{owner}/{repo}/contents/{path}',
    parameters: { owner, repo, path, ref },
    about,
    needs: 'contents: read',
  });
  const fail = (why: string): never => {
    throw new McpformError('GITHUB_FILE_INVALID', `${about} ${why}`);
  };
  if (Array.isArray(data)) return fail('is a folder');
  const file = readFields(data, '', refuseAnswer(about));
  const kind = file.text('type');
  if (kind !== 'file') return fail(`is no file: ${escapeText(kind).slice(0, 20)}`);
  // Of a larger one GitHub gives no content: the encoding is "none".
  if (file.size('size') > MAX_BYTES || file.text('encoding') !== 'base64')
    return fail(`has more than ${MAX_BYTES} bytes`);
  const bytes = Buffer.from(file.text('content'), 'base64');
  if (bytes.length !== file.size('size')) return refuseAnswer(about)('content', 'of the size it says');
  return bytes;
}
