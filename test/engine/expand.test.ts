import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mcpform } from '../support/mcpform.ts';
import { throwawayHome } from '../support/throwaway-home.ts';

it('keeps twenty expansions and clears away what a killed process had half written', async () => {
  const home = await throwawayHome();
  const folder = join(home.folder, '.cache/mcpform/manifests');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // No process has a number above the kernel's limit.
  await writeFile(join(folder, `${'0'.repeat(64)}.json.99999999.tmp`), '{');
  await writeFile(join(folder, `${'1'.repeat(64)}.json.${process.pid}.tmp`), '{');
  for (let index = 10; index < 40; index += 1)
    await writeFile(join(folder, `${String(index).repeat(32)}.json`), '{}');
  await writeFile(
    join(home.project, 'mcp.yaml'),
    'apiVersion: mcpform/v1\nkind: Stack\nname: a\nservers: {}\n',
  );
  expect(await mcpform(['validate'], home)).toMatchObject({ exitCode: 0 });
  const names = await readdir(folder);
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([
    `${'1'.repeat(64)}.json.${process.pid}.tmp`,
  ]);
  expect(names.filter((name) => name.endsWith('.json'))).toHaveLength(20);
  await home.remove();
});
