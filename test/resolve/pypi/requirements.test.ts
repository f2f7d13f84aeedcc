import { describe, expect, it } from 'vitest';
import { parseRequirements, printRequirements } from '../../../src/resolve/pypi/requirements.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

const text = `# Written by mcpform; commit it beside the lock.
# Resolved by pip for CPython 3.11 on linux.
anyio==4.9.0 \\
    --hash=sha256:${a} \\
    --hash=sha256:${b}
colorama==0.4.6 ; sys_platform == "win32" \\
    --hash=sha256:${a}
# One wheel only: the index did not say which others there are.
private==1.0 \\
    --hash=sha256:${b}
# Needed on other machines and not looked up: lock with uv to have these too.
pywin32>=311,<400 ; sys_platform == "win32"
`;

describe('requirements in the lock folder', () => {
  it('come back as they were printed, with other line ends too', () => {
    expect(printRequirements(parseRequirements(text))).toBe(text);
    expect(printRequirements(parseRequirements(text.replaceAll('\n', '\r\n')))).toBe(text);
  });

  it('are sorted, whatever the order they are given in', () => {
    const { header, pinned, leftOut } = parseRequirements(text);
    expect(printRequirements({ header, pinned: [...pinned].reverse(), leftOut })).toBe(text);
  });

  it('are read as uv prints them', () => {
    const uv = `colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:${b} \\\n    --hash=sha256:${a}\nMcp[cli]==1.0 \\\n    --hash=sha256:${a}\n`;
    const { pinned } = parseRequirements(uv);
    expect(pinned.map(({ name, version, hashes }) => [name, version, hashes.length])).toEqual([
      ['colorama', '0.4.6', 2],
      ['mcp', '1.0', 1],
    ]);
  });

  it.each([
    '--index-url https://evil.example/simple',
    '-e git+https://evil.example/x#egg=x',
    '-r other.txt',
    '--extra-index-url=https://evil.example',
    `x @ https://evil.example/x.whl --hash=sha256:${a}`,
    `x==1.0`,
    `x>=1.0 --hash=sha256:${a}`,
    `x==1.0 --hash=md5:${a}`,
    `x==1.0 --hash=sha256:${a} --global-option=x`,
    `x==1.0 --hash=sha256:${a} # x`,
    `./x==1.0 --hash=sha256:${a}`,
    `x==1.0 ; os_name == "nt" \\\n --config-settings=x --hash=sha256:${a}`,
    `x==latest --hash=sha256:${a}`,
    'x ; nonsense',
    'x==1.0 \\',
  ])('never hold %j', (line) => {
    expect(() => parseRequirements(`${line}\n`)).toThrow(expect.objectContaining({ code: 'RESOLVE_TREE' }));
  });
});
