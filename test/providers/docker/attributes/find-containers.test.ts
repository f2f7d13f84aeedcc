import { describe, expect, it } from 'vitest';
import { findContainers, isLeftover } from '../../../../src/providers/docker/find-containers.ts';

const summaries = (containers: Readonly<Record<string, string>>) =>
  Object.entries(containers).map(([Id, name]) => ({ Id, Names: [`/${name}`] }));

describe('which container is meant', () => {
  it.each<[string, Readonly<Record<string, string>>, string | undefined, string | null]>([
    ['the one of the name', { a: 'demo.web', b: 'demo.other' }, undefined, 'a'],
    ['the one that is remembered, renamed', { a: 'mine' }, 'a', 'a'],
    ['the one that is remembered, whoever has the name', { a: 'mine', b: 'demo.web' }, 'a', 'a'],
    ['the one of the name, when the remembered one is gone', { b: 'demo.web' }, 'a', 'b'],
    ['the new one of a replacement', { a: 'demo.web.op-1.old', b: 'demo.web' }, 'a', 'b'],
    ['the old one, when there is no new one', { a: 'demo.web.op-1.old' }, 'a', 'a'],
    ['none', { a: 'demo.webber' }, undefined, null],
  ])('%s', (_what, containers, id, expected) => {
    const found = findContainers(summaries(containers), [{ name: 'demo.web', id }]);
    expect(found.map(({ summary }) => summary.Id)).toEqual(expected === null ? [] : [expected]);
  });

  it('is one alone, also where a link gives it a second name', () => {
    const linked = [{ Id: 'a', Names: ['/demo.other/demo.web', '/demo.web'] }];
    expect(findContainers(linked, [{ name: 'demo.web', id: undefined }])).toHaveLength(1);
    const other = [{ Id: 'a', Names: ['/web/demo.web', '/x'] }];
    expect(findContainers(other, [{ name: 'demo.web', id: undefined }])).toEqual([]);
  });
});

describe('a container that waits', () => {
  it.each([
    ['demo.web.op-1.old', true],
    ['demo.web.op-1.spent', true],
    ['demo.web.old', false],
    ['demo.web.a.b.old', false],
    ['demo.website.op-1.old', false],
    ['demo.web', false],
  ])('%s: %s', (name, expected) => {
    expect(isLeftover(name, 'demo.web')).toBe(expected);
  });
});
