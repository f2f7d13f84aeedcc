import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { filesWith, onStage, type Stage } from './stage.ts';

/** Marks values, so that a part of one is found too. */
export const CANARY = 'canary-4be1a07c93';

/** One secret in a file, one that a program prints (and says that it ran), one that nothing uses. */
export const KEPT = `apiVersion: mcpform/v1
kind: Stack
name: kept
secrets:
  linear: { file: ../store/linear }
  notes: { exec: [/bin/sh, ../store/notes.sh] }
  token: { env: SOME_TOKEN }
  spare: { file: ../store/spare }
servers:
  linear: { command: /bin/cat, args: [linear], env: { LINEAR_TOKEN: "\${secret.linear}" } }
  notes: { command: /bin/cat, args: [notes], env: { NOTES_TOKEN: "\${secret.notes}" } }
  remote: { url: "https://mcp.example.com/", headers: { Authorization: "Bearer \${secret.token}" } }
`;

/** Where the books of `KEPT` are. */
export const KEPT_BOOKS = '.local/state/mcpform/kept';

export interface SecretStage extends Stage {
  /** Puts a value where a secret of the file is kept. */
  keep(name: string, value: string): Promise<void>;
  /** Whether the program of `notes` was ever run. */
  hasAsked(): Promise<boolean>;
  /** The launch that an entry of the client starts. */
  launchOf(server: string): Promise<string>;
  /** Nothing of a value is in a text, or in any file but those that keep it. */
  expectHidden(text: string): Promise<void>;
}

export async function onSecretStage<Result>(
  work: (stage: SecretStage) => Promise<Result>,
  manifest: string = KEPT,
): Promise<Result> {
  return await onStage(async (stage) => {
    const store = join(stage.home.folder, 'store');
    await mkdir(store, { mode: 0o700 });
    const script = `touch '${store}/asked'\nprintf '%s-notes' ${CANARY}\n`;
    await writeFile(join(store, 'notes.sh'), script, { mode: 0o600 });
    const text = manifest.replaceAll('../store/notes.sh', join(store, 'notes.sh'));
    await stage.write({ 'project/mcp.yaml': text });
    return await work({
      ...stage,
      keep: async (name, value) => {
        const path = join(store, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, value, { mode: 0o600 });
        await chmod(path, 0o600);
      },
      hasAsked: async () => (await readdir(store)).includes('asked'),
      launchOf: async (server) => {
        const config = JSON.parse(await readFile(join(stage.home.folder, '.claude.json'), 'utf8'));
        return config.mcpServers[server].args.at(-1);
      },
      expectHidden: async (text) => {
        expect(text).not.toContain(CANARY);
        expect(text).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, 12));
        const files = await filesWith(stage.home.folder, CANARY);
        expect(files.filter((file) => !file.startsWith('store/'))).toEqual([]);
      },
    });
  }, manifest);
}
