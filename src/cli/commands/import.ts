import { parseAddress } from '../../engine/address-target.ts';
import { adoptImports } from '../../engine/adopt-imports.ts';
import { type Declared, declare } from '../../engine/declare.ts';
import { assertNotOnHold } from '../../engine/hold.ts';
import { type ImportRequest, importEntries } from '../../engine/import-entries.ts';
import { replaceText } from '../../engine/replace-text.ts';
import { survey } from '../../engine/survey.ts';
import { addServers } from '../../manifest/write-manifest.ts';
import type { Target } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { hasErrors } from '../../model/finding.ts';
import { importedWords, movedJson } from '../../report/import-words.ts';
import { readState } from '../../state/read-state.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { moveImports } from '../move-imports.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const request = await loadRequest(input, ctx);
  const declared = await declare(request, ctx);
  const imports = await importEntries(await importRequest(declared, input, ctx), ctx);
  const [source] = declared.loaded.sources;
  if (source === undefined) throw new Error('a manifest was loaded from no file');
  const { name, secrets } = declared.manifest;
  const stack = { name, file: source.path, taken: new Set(Object.keys(secrets)) };
  const settled = await moveImports(imports, stack, { input, terminal }, ctx);
  showFindings(settled.findings, input, terminal);
  if (imports.servers.length > 0) {
    const text = Buffer.from(source.bytes).toString('utf8');
    const last = addServers(text, settled.servers, { name, secrets: settled.secrets });
    // First as they are, so that they are taken into the books as they are; then with references, for the next apply.
    const first = settled.moved.length === 0 ? last : addServers(text, imports.servers, { name });
    await replaceText(source.path, first, 'MANIFEST_UNWRITABLE', ctx);
    await adoptImports(request, imports.addresses, { lockWaitMs: 0, command: 'import' }, ctx);
    if (first !== last) await replaceText(source.path, last, 'MANIFEST_UNWRITABLE', ctx);
  }
  return {
    exitCode: hasErrors(settled.findings) ? EXIT.partial : EXIT.ok,
    text: importedWords(imports.addresses, source.path, settled.moved),
    json: {
      formatVersion: '1.0',
      file: source.path,
      imported: imports.addresses,
      ...movedJson(settled.moved),
      findings: settled.findings,
    },
  };
}

async function importRequest(
  declared: Declared,
  { args }: CommandInput,
  ctx: Context,
): Promise<ImportRequest> {
  const { manifest, loaded } = declared;
  const state = await readState(declared.books, { stack: manifest.name, source: loaded.source }, ctx);
  // The manifest is not written for an apply that would be refused.
  assertNotOnHold(state.inventory ?? {});
  const { world, inventory } = await survey(declared, state, ctx);
  const entries = Object.values(inventory?.entries ?? {});
  return {
    addresses: args,
    targets: args.length === 0 ? everywhere(declared) : args.map((address) => targetOf(address, declared)),
    managed: new Set([...entries, ...world.rendered].map(({ place }) => place.key)),
    taken: new Set(manifest.servers.map(({ name }) => name)),
    books: declared.books,
    root: loaded.git?.root ?? null,
  };
}

function everywhere({ manifest }: Declared): readonly Target[] {
  const folder = manifest.root;
  return [
    { client: 'claude-code', scope: 'user' },
    { client: 'claude-code', scope: 'local', folder },
    { client: 'claude-code', scope: 'project', folder },
    ...manifest.servers.flatMap(({ targets }) => targets),
  ];
}

function targetOf(address: string, { manifest }: Declared): Target {
  const parsed = parseAddress(address, manifest);
  if (parsed !== null) return parsed.target;
  throw new McpformError('USAGE', `"${address}" is no address`, {
    hint: 'write it like claude-code/user/github',
  });
}
