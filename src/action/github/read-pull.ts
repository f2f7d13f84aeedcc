import type { Fields } from '../read-fields.ts';
import type { Pull, Repository } from './github.ts';

/** A pull request as REST and the events write it. */
export function readPull(pull: Fields): Pull {
  const base = pull.fields('base');
  const head = pull.fields('head');
  const fork = head.fieldsOrNull('repo');
  const isMerged = pull.textOrNull('merged_at') !== null;
  return {
    number: pull.count('number'),
    state: pull.text('state') === 'open' ? 'open' : 'closed',
    isMerged,
    // Of an open one it is the commit that tests a merge.
    mergeCommit: isMerged ? pull.commitOrNull('merge_commit_sha') : null,
    base: { ref: base.text('ref'), sha: base.commit('sha'), repository: readRepository(base.fields('repo')) },
    head: {
      ref: head.text('ref'),
      sha: head.commit('sha'),
      repository: fork === null ? null : readRepository(fork),
    },
    author: pull.fieldsOrNull('user')?.text('login') ?? null,
  };
}

export function readRepository(repository: Fields): Repository {
  return {
    id: repository.count('id'),
    owner: repository.fields('owner').text('login'),
    name: repository.text('name'),
  };
}
