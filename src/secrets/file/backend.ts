import type { Json } from '../../model/json.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { diagnoseFiles } from '../diagnose-files.ts';
import { MAX_SECRET_FILE_BYTES, type OwnFile, readOwnFile } from '../own-file.ts';
import { textArgument } from '../text-argument.ts';
import { toSecretValue } from '../value.ts';
import { writeOwnFile } from '../write-own-file.ts';

/** A file that holds only the secret, and is this person's own. */
export const backend: SecretBackend = {
  name: 'file',
  settings: [],
  session: [],
  read,
  write,
  writeHint: 'write the value to the file and run `chmod 600` on it',
  diagnose: (sources, ctx) => diagnoseFiles('secrets file', sources.map(fileOf), ctx),
};

async function read(argument: Json, ctx: SecretContext): Promise<SecretValue> {
  const file = fileOf(argument);
  return toSecretValue(await readOwnFile(file, ctx), file.what);
}

async function write(argument: Json, value: SecretValue, ctx: SecretContext): Promise<void> {
  const text = value.reveal();
  // One final line end is dropped on the way back.
  await writeOwnFile(fileOf(argument), text.endsWith('\n') ? `${text}\n` : text, ctx);
}

function fileOf(argument: Json): OwnFile {
  const path = textArgument(argument, 'file');
  return { path, what: `file "${path}"`, maxBytes: MAX_SECRET_FILE_BYTES };
}
