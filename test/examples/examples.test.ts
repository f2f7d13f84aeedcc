import { readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onStage } from '../cli/stage.ts';
import { git } from '../support/world.ts';

const examples = resolve(import.meta.dirname, '../../examples');
/** Needs a container engine: test/engines/examples.test.ts. */
const ON_AN_ENGINE = 'containers';
/** Recipes without a manifest: test/action/workflows.test.ts. */
const RECIPES = ['github', 'gitlab', 'pre-commit'];
const elsewhere = new Set([ON_AN_ENGINE, ...RECIPES]);
const folders = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !elsewhere.has(entry.name))
  .map(({ name }) => name);

interface Example {
  readonly creates: number;
  /** A second file it can be used with, and what is created then. */
  readonly with?: string;
  readonly more?: number;
  /** What it is there to show. */
  readonly warns?: string;
}

const known: Readonly<Record<string, Example>> = {
  dotfiles: { creates: 3, with: 'work.yaml', more: 3 },
  quickstart: { creates: 2 },
  secrets: { creates: 4, warns: 'GRAPH_VALUE_KEPT' },
  team: { creates: 3, with: 'laptop.yaml', more: 3 },
};

describe.concurrent('the example', () => {
  it.each(folders)('%s is valid, applies, and then has nothing to do', (name) =>
    onStage(async ({ home, expectExit, apply }) => {
      await cp(resolve(examples, name), home.project, { recursive: true });
      git(home, home.project, 'init', '-q', '.');
      const { creates, with: other, more, warns } = known[name] as Example;
      const valid = await expectExit(0, ['validate']);
      const found = [...valid.stderr.matchAll(/^(?:error|warning)\[(\w+)\]/gm)].map((match) => match[1]);
      // A clone of this repository may lie in a temporary folder, which is worth a warning to others.
      const said = found.filter((code) => code !== 'GRAPH_LAUNCHER_FLEETING');
      expect(said).toEqual(warns === undefined ? [] : [warns]);
      const planned = await expectExit(2, ['plan', '--detailed-exitcode']);
      expect(planned.stdout).toContain(`Plan: ${creates} to create.`);
      expect(planned.stderr).not.toMatch(/^error\[/m);
      if (other !== undefined) {
        const { stdout } = await expectExit(0, ['plan', '-f', 'mcp.yaml', '-f', other]);
        expect(stdout).toContain(`Plan: ${more} to create`);
      }
      await apply();
      await expectExit(0, ['plan', '--detailed-exitcode']);
    }, null),
  );

  it('list is the one that is tested', () => {
    expect([...folders].sort()).toEqual(Object.keys(known));
  });
});
