import { type Answer, found, missing, ok, PAGE, type Route } from './github-double-route.ts';
import type { DoubleRepository } from './github-double-state.ts';

/** Pull requests, and files. */
export const PULL_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/pulls',
    query: [...PAGE, 'state', 'head'],
    needs: ['pull-requests'],
    answer: ({ repository, query }) => {
      // A head without an owner is no filter at all.
      const [, owner, branch] = /^([^:]+):(.*)$/s.exec(query.head ?? '') ?? [];
      const isOf = ({
        head,
      }: {
        head: { ref: string; repo: { owner: { login: string } } | null };
      }): boolean => owner === undefined || (head.ref === branch && head.repo?.owner.login === owner);
      const isIn = ({ state }: { state: string }): boolean =>
        query.state === 'all' || state === (query.state ?? 'open');
      return ok(Object.values(repository.pulls).filter((pull) => isOf(pull) && isIn(pull)));
    },
  },
  {
    method: 'GET',
    path: '/pulls/{number}',
    needs: ['pull-requests'],
    answer: ({ repository, values }) => found(repository.pulls[Number(values.number)]),
  },
  {
    method: 'GET',
    path: '/pulls/{number}/reviews',
    query: PAGE,
    needs: ['pull-requests'],
    answer: ({ repository, values }) =>
      repository.pulls[Number(values.number)] === undefined
        ? missing
        : ok(repository.reviews[Number(values.number)] ?? []),
  },
  {
    method: 'GET',
    path: '/commits/{commit}/pulls',
    query: PAGE,
    needs: ['pull-requests'],
    answer: ({ repository, values }) =>
      ok((repository.commits[values.commit ?? ''] ?? []).map((number) => repository.pulls[number])),
  },
  {
    method: 'GET',
    path: '/contents/{path}',
    query: ['ref'],
    needs: ['contents'],
    answer: ({ repository, values, query }) =>
      contents(repository.files[`${values.path}@${query.ref}`], values.path ?? ''),
  },
];

/** Up to 1 MiB with the content, in lines of 60 characters; above without it. */
function contents(file: DoubleRepository['files'][string] | undefined, path: string): Answer {
  if (file === undefined) return missing;
  if (file === 'dir') return ok([{ type: 'file', name: 'a.yaml', path: `${path}/a.yaml`, size: 1 }]);
  if (file === 'symlink') return ok({ type: 'symlink', target: '/etc/passwd', path, size: 11 });
  if (file === 'submodule')
    return ok({ type: 'submodule', submodule_git_url: 'git://example.com/x.git', path, size: 0 });
  const isLarge = file.length > 1024 * 1024;
  const text = Buffer.from(file).toString('base64').replace(/.{60}/g, '$&\n');
  const content = isLarge ? { encoding: 'none', content: '' } : { encoding: 'base64', content: `${text}\n` };
  return ok({ type: 'file', path, size: file.length, ...content });
}
