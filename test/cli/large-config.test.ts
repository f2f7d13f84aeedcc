import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mcpform } from '../support/mcpform.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const MANIFEST = `apiVersion: mcpform/v1
kind: Stack
name: large
servers:
  one: { command: echo }
  two: { url: "https://example.invalid/mcp" }
`;

let home: Home;

beforeAll(async () => {
  home = await throwawayHome();
});
afterAll(() => home.remove());

/** 20 MB as a client of years would leave them: histories, odd indents, CRLF, a BOM, big integers, unicode. */
function largeConfig(): string {
  const projects: string[] = [];
  for (let index = 0; index < 200; index += 1) {
    const history = Array.from(
      { length: 500 },
      (_, line) =>
        `\t\t{ "display": "frage ${line} \\u00fc 名前 \\"q\\" \\\\ ${'x'.repeat(150)}", "at": 12345678901234567890 }`,
    );
    projects.push(
      `\t"/srv/p${index}" : {"allowedTools":[],\r\n "history":[\r\n${history.join(',\r\n')}\r\n]}`,
    );
  }
  return `\ufeff{\r\n "numStartups" :  1e3,\r\n\t"projects": {\r\n${projects.join(',\r\n')}\r\n}\r\n}\r\n`;
}

it('edits a config of 20 MB without touching a byte that is not its own', async () => {
  const config = join(home.folder, '.claude.json');
  const before = largeConfig();
  expect(before.length).toBeGreaterThan(20_000_000);
  await writeFile(config, before);
  await writeFile(join(home.project, 'mcp.yaml'), MANIFEST);

  expect(await mcpform(['apply', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
  const after = await readFile(config, 'utf8');
  const [head, tail] = [before.slice(0, -5), before.slice(-5)];
  expect(after.startsWith(head)).toBe(true);
  expect(after.endsWith(tail)).toBe(true);
  expect(Object.keys(JSON.parse(after.slice(1)).mcpServers)).toEqual(['one', 'two']);

  expect(await mcpform(['plan', '--detailed-exitcode'], home)).toMatchObject({ exitCode: 0 });
  expect(await mcpform(['destroy', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
  const last = await readFile(config, 'utf8');
  expect(last.startsWith(head)).toBe(true);
  expect(JSON.parse(last.slice(1)).mcpServers).toEqual({});
}, 120_000);
