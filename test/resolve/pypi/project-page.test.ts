import { describe, expect, it } from 'vitest';
import { defaultIn, sourcesIn } from '../../../src/resolve/pypi/pip-indexes.ts';
import { readProjectPage } from '../../../src/resolve/pypi/project-page.ts';

const hex = 'a'.repeat(64);

describe('a page of an index', () => {
  it('gives the same facts as JSON and as HTML, upload times only as JSON', () => {
    const json = JSON.stringify({
      files: [
        {
          filename: 'mcp_x-1.0-py3-none-any.whl',
          hashes: { sha256: hex },
          'requires-python': '>=3.10,<4',
          yanked: 'broken',
          'upload-time': '2026-01-02T03:04:05.678Z',
        },
        { filename: 'mcp_x-1.0.post1-1-cp311-abi3-win_amd64.whl', hashes: {}, yanked: false },
        { filename: 'mcp-x-1.0.tar.gz', hashes: { sha256: hex } },
        { filename: 'mcp_x-nonsense-py3-none-any.whl', hashes: { sha256: hex } },
      ],
    });
    const html = `<!DOCTYPE html><body><h1>Links</h1>
      <a href="../../f/mcp_x-1.0-py3-none-any.whl#sha256=${hex}" data-requires-python="&gt;=3.10,&lt;4" data-yanked="broken">mcp_x-1.0-py3-none-any.whl</a><br/>
      <A HREF='x.whl'>mcp_x-1.0.post1-1-cp311-abi3-win_amd64.whl</A>
      <a href="mcp-x-1.0.tar.gz#sha256=${hex}">mcp-x-1.0.tar.gz</a></body>`;
    const fromJson = readProjectPage(json, 'application/vnd.pypi.simple.v1+json');
    const fromHtml = readProjectPage(html, 'text/html; charset=utf-8');
    expect(fromJson?.wheels.map(({ uploadedAt }) => uploadedAt)).toEqual(['2026-01-02T03:04:05.678Z', null]);
    expect(fromHtml?.wheels).toEqual(fromJson?.wheels.map((wheel) => ({ ...wheel, uploadedAt: null })));
    expect(
      fromHtml?.wheels.map(({ versionText, sha256, yanked, requiresPython }) => [
        versionText,
        sha256,
        yanked,
        requiresPython,
      ]),
    ).toEqual([
      ['1.0', hex, 'broken', '>=3.10,<4'],
      ['1.0.post1', null, null, null],
    ]);
    expect(fromHtml?.sources.map(({ versionText, sha256 }) => [versionText, sha256])).toEqual([['1.0', hex]]);
  });

  it.each([
    ['{', 'application/vnd.pypi.simple.v1+json'],
    ['{"files":{}}', 'application/json'],
    ['whatever', 'text/plain'],
    ['whatever', ''],
  ])('is nothing when it is %j as %j', (text, type) => {
    expect(readProjectPage(text, type)).toBeNull();
  });
});

describe('the indexes of pip', () => {
  const fallback = 'https://index.example/simple';

  it.each([
    ['', [fallback]],
    [`global.index-url='https://a.example/simple'`, ['https://a.example/simple']],
    [`global.index-url='https://a.example'\ninstall.index-url='https://b.example'`, ['https://b.example']],
    [
      `install.index-url='https://b.example'\n:env:.index-url='https://me:p%40ss@c.example'`,
      ['https://me:p%40ss@c.example'],
    ],
    [
      `global.extra-index-url='\\nhttps://x.example\\nhttps://y.example'`,
      [fallback, 'https://x.example', 'https://y.example'],
    ],
    [`:env:.no-index='1'\nglobal.index-url='https://a.example'`, []],
    [`download.index-url='https://other.example'`, [fallback]],
    [`global.index-url="https://it's.example"`, ["https://it's.example"]],
  ])('are read from %j', (config, expected) => {
    expect(sourcesIn(config, fallback)).toEqual({ urls: expected, hasLinks: false, certificates: null });
  });

  it('come with folders of links and certificates, when there are any', () => {
    const config = `:env:.find-links='/opt/wheels'\nglobal.cert='/etc/ca.pem'\ninstall.cert='/etc/own.pem'`;
    expect(sourcesIn(config, null)).toEqual({ urls: [], hasLinks: true, certificates: '/etc/own.pem' });
  });

  it('start with the one pip has when nobody names one', () => {
    const help = `  -i, --index-url <url>       Base URL of the Python Package Index (default\n                              https://index.example/simple). This should\n  --extra-index-url <url>     Extra`;
    expect(defaultIn(help)).toBe('https://index.example/simple');
    expect(defaultIn('something else')).toBeNull();
  });
});
