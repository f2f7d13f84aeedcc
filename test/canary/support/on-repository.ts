import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { filesWith, onStage, type Stage } from '../../cli/stage.ts';
import type { Ran } from '../../support/run.ts';

/** What somebody keeps, and a pull request asks for. */
export const PRIZE = 'c4n4ry5d2f81c09a3b47e6';

export const WORD = '${secret.token}';

/** A stack of servers; `token` is kept in a file of the machine, and a program that leaves a note gives `noted`. */
export function stackOf(servers: string, more = ''): string {
  return `apiVersion: mcpform/v1
kind: Stack
name: tools
${more}secrets:
  token: { file: ../store/token }
  noted: { exec: [/bin/sh, -c, "touch asked project/asked; cat store/token"] }
servers:
${servers}
`;
}

export interface Repository extends Stage {
  /** The manifest as somebody's change would have it. */
  change(manifest: string): Promise<void>;
  /** Shown as received and new, in every form of the plan; granted to nobody without a yes, on CI neither. */
  expectShownAndNotGranted(locator: string, pointer: string, address?: string): Promise<void>;
  /** Refused by every command that would make it so, with this code; nothing is granted. */
  expectRefused(code: string): Promise<string>;
  /** Nobody got the value: it is where it was kept, and no program of the manifest was started. */
  expectUntouched(): Promise<void>;
}

/** Does something where somebody's secrets are, and a manifest that came from somebody else. */
export async function onRepository<Result>(
  manifest: string,
  work: (repository: Repository) => Promise<Result>,
): Promise<Result> {
  return await onStage(async (stage) => {
    const { home, run, read, write } = stage;
    await mkdir(join(home.folder, 'store'), { mode: 0o700 });
    await writeFile(join(home.folder, 'store/token'), PRIZE, { mode: 0o600 });
    const change = (text: string): Promise<void> => write({ 'project/mcp.yaml': text });
    const isGranted = async (locator: string, address: string): Promise<boolean> => {
      const { stdout } = await stage.expectExit(0, ['grant', 'list', '--json']);
      const { grants } = JSON.parse(stdout) as { grants: readonly Grant[] };
      return grants.some((it) => it.locator === locator && it.address === address && it.state === 'current');
    };
    await change(manifest);
    return await work({
      ...stage,
      change,
      expectShownAndNotGranted: async (locator, pointer, address = 'claude-code/user/a') => {
        const json = await stage.expectExit(0, ['plan', '--json']);
        const { steps } = JSON.parse(json.stdout) as Plan;
        const received = steps.find((step) => step.address === address)?.secrets ?? [];
        expect(received).toContainEqual(expect.objectContaining({ locator, pointer, isNew: true }));
        for (const args of [['plan'], ['plan', '--markdown'], ['plan', '--compact']]) {
          const { stdout } = await stage.expectExit(0, args);
          const line = stdout.split('\n').find((each) => each.includes('receives') && each.includes(locator));
          if (!args.includes('--compact')) expect(line, args.join(' ')).toMatch(/, new/);
        }
        for (const env of [{}, { CI: 'true' }]) {
          const { stderr } = await stage.expectExit(3, ['apply', '--no-settle'], { env });
          expect(stderr).toContain('NOT_APPROVED');
        }
        expect(await isGranted(locator, address)).toBe(false);
      },
      expectRefused: async (code) => {
        const said: Ran[] = [];
        for (const args of [['plan'], ['apply', '--auto-approve', '--no-settle']]) said.push(await run(args));
        for (const { exitCode, stdout, stderr } of said.slice(1)) {
          expect(exitCode, stdout + stderr).not.toBe(0);
          expect(stdout + stderr).toContain(code);
        }
        return said.map(({ stdout, stderr }) => stdout + stderr).join('\n');
      },
      expectUntouched: async () => {
        expect(await filesWith(home.folder, PRIZE)).toEqual(['store/token']);
        for (const file of ['asked', 'project/asked']) await expect(read(file)).rejects.toThrow('ENOENT');
      },
    });
  }, null);
}

interface Grant {
  readonly address: string;
  readonly locator: string;
  readonly state: string;
}

interface Plan {
  readonly steps: readonly {
    readonly address: string;
    readonly secrets?: readonly { readonly locator: string; readonly isNew?: boolean }[];
  }[];
}

/** A file of the home with what only its owner shall have. */
export async function putPrivate(stage: Stage, path: string, text = PRIZE): Promise<string> {
  await stage.write({ [path]: text });
  const file = join(stage.home.folder, path);
  await chmod(file, 0o600);
  return file;
}
