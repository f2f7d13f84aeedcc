import { McpformError } from '../../model/error.ts';
import type { Refuse } from '../read-fields.ts';

/** For an answer that is not as GitHub documents it. */
export function refuseAnswer(about: string): Refuse {
  return (path, wanted) => {
    const where = path === '' ? 'the answer' : `"${path}" of the answer`;
    throw new McpformError('GITHUB_ANSWER_INVALID', `${about}: ${where} is not ${wanted}`);
  };
}
