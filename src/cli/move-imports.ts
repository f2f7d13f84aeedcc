import { dirname } from 'node:path';
import type { Imports } from '../engine/import-entries.ts';
import { type Moved, moveLiterals } from '../engine/move-literals.ts';
import type { ImportedServer } from '../manifest/write-import.ts';
import { withReferences } from '../manifest/write-references.ts';
import type { Context } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import type { JsonObject, Pointer } from '../model/json.ts';
import { chooseBackend } from './choose-backend.ts';
import type { CommandInput } from './command.ts';
import type { Terminal } from './terminal.ts';

/** What an import writes once its credentials are in a backend. */
export interface MovedImports {
  /** `Imports.servers` with references. */
  readonly servers: readonly ImportedServer[];
  /** Declarations for the manifest. */
  readonly secrets: JsonObject;
  readonly moved: readonly Moved[];
  /** Without those about what was moved. */
  readonly findings: readonly Finding[];
}

export interface Stack {
  readonly name: string;
  /** Absolute: the manifest's first file. */
  readonly file: string;
  /** Names under `secrets`. */
  readonly taken: ReadonlySet<string>;
}

/** Asks where credentials are to go, if there are any, and puts them there. Writes neither manifest nor client. */
export async function moveImports(
  { servers, literals, findings }: Imports,
  { name, file, taken }: Stack,
  { input, terminal }: { readonly input: CommandInput; readonly terminal: Terminal },
  ctx: Context,
): Promise<MovedImports> {
  const backend = await chooseBackend(literals, input, terminal, ctx);
  if (backend === null) return { servers, secrets: {}, moved: [], findings };
  const request = { backend, stack: name, folder: dirname(file), taken };
  const moved = await moveLiterals(literals, request, ctx);
  const settled = new Set(literals.flatMap((literal) => literal.findings));
  const written = {
    servers: servers.map((server) => withReferences(server, textsOf(server.name, moved))),
    secrets: Object.fromEntries(moved.map((one) => [one.name, one.declaration])),
  };
  assertNoValue(written, moved);
  return { ...written, moved, findings: findings.filter((finding) => !settled.has(finding)) };
}

function textsOf(server: string, moved: readonly Moved[]): ReadonlyMap<Pointer, string> {
  const own = moved.filter(({ literal }) => literal.server === server);
  return new Map(own.map(({ literal, name }) => [literal.pointer, `${literal.before}\${secret.${name}}`]));
}

/** Shorter values are words that may stand elsewhere for something else. */
const TELLING = 16;

function assertNoValue(written: unknown, moved: readonly Moved[]): void {
  const text = JSON.stringify(written);
  for (const { literal, name } of moved) {
    const value = literal.value.reveal();
    if (value.length < TELLING) continue;
    if (text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1))) {
      throw new Error(`the value of "${name}" would be written to the manifest`);
    }
  }
}
