import { sep } from 'node:path';
import { McpformError } from '../../model/error.ts';
import type { At, Finding } from '../../model/finding.ts';
import type { Revision } from '../model.ts';

/** A failure about files of a commit, with their paths in the repository: nowhere else can anybody look them up. */
export function shownInRepository(error: McpformError, { root }: Pick<Revision, 'root'>): McpformError {
  if (root === null) return error;
  const plain = (text: string): string => text.replaceAll(`${root}${sep}`, '');
  const at = (place: At): At => ({ ...place, file: plain(place.file) });
  const finding = (each: Finding): Finding => ({
    ...each,
    message: plain(each.message),
    ...(each.at === undefined ? {} : { at: at(each.at) }),
  });
  return new McpformError(error.code, plain(error.message), {
    cause: error,
    findings: error.findings.map(finding),
    ...(error.hint === undefined ? {} : { hint: plain(error.hint) }),
    ...(error.at === undefined ? {} : { at: at(error.at) }),
  });
}
