import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import { type ImportedServer, importEntry, type WrittenTarget } from '../../src/manifest/write-import.ts';
import { addServers, newManifest, stackName } from '../../src/manifest/write-manifest.ts';

const user: WrittenTarget = { client: 'claude-code', scope: 'user' };
const local: WrittenTarget = { client: 'claude-code', scope: 'local', path: '.' };

function server(name: string, target = user): ImportedServer {
  return importEntry(name, target, {
    type: 'stdio',
    command: 'npx',
    args: ['-y', `${name}@1.0.0`],
    env: { A: '1' },
  }).imported as ImportedServer;
}

function parse(text: string) {
  const source = { path: '/repo/mcp.yaml', bytes: new TextEncoder().encode(text) };
  return parseManifest([source], { root: '/repo', variables: {}, clientNames: ['claude-code'] });
}

describe('newManifest', () => {
  it('teaches, and parses without a finding, with and without servers', () => {
    const empty = newManifest({ name: 'tools', servers: [] });
    expect(parse(empty)).toMatchObject({ manifest: { name: 'tools', servers: [] }, findings: [] });
    for (const word of ['secrets:', 'variables:', 'mcpform plan', 'mcpform apply', 'project ('])
      expect(empty).toContain(word);
    const full = newManifest({ name: 'tools', servers: [server('a'), server('b', local)] });
    expect(parse(full).findings).toEqual([]);
    expect(parse(full).manifest?.servers.map(({ name, targets }) => [name, targets[0]?.scope])).toEqual([
      ['a', 'user'],
      ['b', 'local'],
    ]);
  });

  it('shows examples that are right once their comment signs are gone', () => {
    const text = newManifest({ name: 'tools', servers: [] })
      .replace('servers: {}', 'servers:')
      .replace(/^# (secrets|variables):/gm, '$1:')
      .replace(/^# {3}/gm, '  ');
    const { manifest, findings } = parse(text);
    expect(findings.map(({ code }) => code)).toEqual(['MANIFEST_VARIABLE_UNUSED']);
    expect(manifest?.servers.map(({ name }) => name)).toEqual(['memory', 'github']);
    expect(Object.keys(manifest?.secrets ?? {})).toEqual(['github-token']);
  });

  it('writes targets only where they are not the default', () => {
    const text = newManifest({ name: 'tools', servers: [server('a'), server('b', local)] });
    expect(text.slice(text.indexOf('servers:'))).toBe(`servers:
  a:
    command: npx
    args:
      - -y
      - a@1.0.0
    env:
      A: "1"
  b:
    command: npx
    args:
      - -y
      - b@1.0.0
    env:
      A: "1"
    targets:
      - client: claude-code
        scope: local
        path: "."
`);
  });
});

describe('addServers', () => {
  const head = 'apiVersion: mcpform/v1\nkind: Stack\nname: x\n';

  it('starts a manifest when there is none', () => {
    expect(addServers(null, [server('a')], { name: 'x' })).toBe(
      newManifest({ name: 'x', servers: [server('a')] }),
    );
  });

  it('adds to what is there and keeps every other byte', () => {
    const before = `${head}# mine\nservers:\n    old: { command: 'x' }  # do not touch\n# end\n`;
    const after = addServers(before, [server('a')], { name: 'ignored' });
    expect(after.startsWith(before.slice(0, before.indexOf('# end')))).toBe(true);
    expect(after.endsWith('# end\n')).toBe(true);
    expect(parse(after).manifest?.servers.map(({ name }) => name)).toEqual(['old', 'a']);
  });

  it('leaves targets out exactly when they are the file’s own default', () => {
    const withDefault = `${head}defaults: { targets: [{ client: claude-code }] }\nservers: {}\n`;
    expect(addServers(withDefault, [server('a')], { name: '' })).not.toContain('scope: user');
    expect(addServers(`${head}servers: {}\n`, [server('a')], { name: '' })).toContain('scope: user');
    const otherDefault = `${head}defaults: { targets: [{ client: claude-code, scope: project }] }\nservers: {}\n`;
    expect(
      parse(addServers(otherDefault, [server('a')], { name: '' })).manifest?.servers[0]?.targets,
    ).toEqual([{ client: 'claude-code', scope: 'user' }]);
  });

  it('keeps what import keeps', () => {
    const { imported } = importEntry('a', user, {
      type: 'stdio',
      command: 'x',
      args: [],
      env: { API_KEY: 'sk-ant-0123456789abcdef0' },
    });
    const text = addServers(`${head}servers: {}\n`, [imported as ImportedServer], { name: '' });
    expect(text).not.toContain('sk-ant');
    expect(parse(text).manifest?.servers[0]?.lifecycle.keep).toEqual(['/env/API_KEY']);
  });

  it('refuses a name that is there', () => {
    const text = `${head}servers:\n  a: { command: x }\n`;
    expect(() => addServers(text, [server('a')], { name: '' })).toThrow('already has "a"');
  });
});

describe('stackName', () => {
  it.each([
    ['My Project', 'my-project'],
    ['café.tools', 'cafe-tools'],
    ['_hidden', 'hidden'],
    ['日本', 'stack'],
    ['', 'stack'],
    ['constructor', 'stack'],
    ['a'.repeat(80), 'a'.repeat(63)],
    ['UPPER_case', 'upper_case'],
  ])('makes of %j the name %s', (text, name) => {
    expect(stackName(text)).toBe(name);
    expect(parse(newManifest({ name: stackName(text), servers: [] })).findings).toEqual([]);
  });
});
