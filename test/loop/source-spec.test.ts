import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/loop/source/parse-spec.ts';
import { McpformError } from '../../src/model/error.ts';

const git = (url: string, ref: string | null, paths: readonly string[]) => ({ kind: 'git', url, ref, paths });

describe('a source as people write it', () => {
  it.each([
    ['https://host/o/r.git', git('https://host/o/r.git', null, [])],
    ['https://host/o/r.git@main', git('https://host/o/r.git', 'main', [])],
    ['https://host/o/r.git@main:stacks/mcp.yaml', git('https://host/o/r.git', 'main', ['stacks/mcp.yaml'])],
    ['https://host:8443/o/r:a.yaml,b/c.yaml', git('https://host:8443/o/r', null, ['a.yaml', 'b/c.yaml'])],
    ['ssh://git@host:22/o/r@v1', git('ssh://git@host:22/o/r', 'v1', [])],
    ['ssh://[::1]:22/o/r', git('ssh://[::1]:22/o/r', null, [])],
    ['git@host:o/r.git@main:dir', git('git@host:o/r.git', 'main', ['dir'])],
    ['git@host:o/r.git', git('git@host:o/r.git', null, [])],
    ['https://host/r@feature/x@2', git('https://host/r', 'feature/x@2', [])],
    ['https://host/r@größe', git('https://host/r', 'größe', [])],
    ['https://host/r@refs/heads/main:./stacks/', git('https://host/r', 'refs/heads/main', ['stacks'])],
    ['https://host/r:.', git('https://host/r', null, [''])],
  ])('reads %s', (text, expected) => {
    expect(parseSpec(text)).toMatchObject(expected);
  });

  it.each(['.', 'stacks', '/srv/stack/mcp.yaml', '../x', 'C:\\stacks', 'a@b/c', 'weird@name'])(
    'takes %s for a folder',
    (path) => expect(parseSpec(path)).toEqual({ kind: 'folder', path, paths: [] }),
  );

  it('adds files that are listed beside it, and shows all of it', () => {
    const spec = parseSpec('https://host/r@main:a.yaml', { paths: ['b.yaml'] });
    expect(spec).toMatchObject({ paths: ['a.yaml', 'b.yaml'], shown: 'https://host/r@main:a.yaml,b.yaml' });
  });

  it.each([
    [''],
    ['--upload-pack=/bin/sh'],
    ['-x'],
    ['a\u0000b'],
    ['https://host/r\n'],
    ['https://host/r\u001b[2J'],
    ['https://-oProxyCommand=x/r'],
    ['ssh://-oProxyCommand=x/r'],
    ['ssh://git@-oProxyCommand=x/r'],
    ['-oProxyCommand=x@host:r'],
    ['git@-oProxyCommand=x:r'],
    ['git@host:-r'],
    ['https://host/r@--upload-pack=x'],
    ['https://host/r@-x'],
    ['https://host/r@a..b'],
    ['https://host/r@a b'],
    ['https://host/r@a@{1}'],
    ['https://host/r@a^{tree}'],
    ['https://host/r@a~1'],
    ['https://host/r@'],
    ['https://host/r@x.lock'],
    ['https://host/r@main:../x'],
    ['https://host/r@main:/etc/passwd'],
    ['https://host/r@main:a/../../b'],
    ['https://host/r@main:a//b'],
    ['https://host/r@main:.git/config'],
    ['https://host/r@main:-x'],
    ['https://host/r@main:a\\b'],
    ['http://host/r'],
    ['git://host/r'],
    ['file:///r'],
    ['ext::sh -c id'],
    ['ext::sh://x/y'],
    ['https://host/r?token=x'],
    ['https://host/r#x'],
    ['https://host'],
    ['ftp://host/r'],
    ['HTTPS://host/r:--x'],
  ])('refuses %j', (text) => {
    expect(() => parseSpec(text)).toThrow(expect.objectContaining({ code: 'SOURCE_INVALID' }));
  });

  it.each([
    'https://user:hunter2@host/r',
    'https://hunter2@host/r',
    'ssh://u:hunter2@host/r',
    'https://u:hunter2@@host/r',
    'https://u:hunter2/x@host/r',
  ])('refuses a password, and does not show it: %s', (text) => {
    let error: unknown;
    try {
      parseSpec(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(McpformError);
    expect(error).toMatchObject({ code: 'SOURCE_INVALID' });
    expect(`${(error as McpformError).message}${(error as McpformError).hint}`).not.toContain('hunter2');
  });

  it('takes local addresses only by a flag', () => {
    expect(parseSpec('file:///srv/r.git@main', { allowLocal: true })).toMatchObject({
      url: 'file:///srv/r.git',
    });
    expect(parseSpec('git://127.0.0.1:9418/r', { allowLocal: true })).toMatchObject({
      url: 'git://127.0.0.1:9418/r',
    });
    expect(() => parseSpec('http://host/r', { allowLocal: true })).toThrow('not one that');
    expect(() => parseSpec('ext::sh', { allowLocal: true })).toThrow();
  });
});
