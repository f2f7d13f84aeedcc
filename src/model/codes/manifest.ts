import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const manifestCodes = {
  MANIFEST_API_VERSION: e(
    EXIT.error,
    'The file declares a version of the format that this mcpform does not read. Write `apiVersion: mcpform/v1`, or update mcpform.',
  ),
  MANIFEST_CHARACTER: e(
    EXIT.error,
    'A text holds a character that its place cannot carry, such as NUL in an argument or a line end in a header.',
  ),
  MANIFEST_CLIENT_VARIABLE: e(
    EXIT.error,
    '`${NAME}` stands where nobody would expand it. It works in `command`, `args`, `env`, `url` and `headers` of what a client starts or calls; elsewhere use `${var.name}`, or write `$${` for a literal `${`.',
  ),
  MANIFEST_CYCLE: e(
    EXIT.error,
    'Servers depend on one another in a circle, which the message prints. Remove one `dependsOn` on the way.',
  ),
  MANIFEST_DEPENDENCY_UNKNOWN: e(
    EXIT.error,
    '`dependsOn` names a server that the manifest does not declare.',
  ),
  MANIFEST_FIELD: e(
    EXIT.error,
    'A field does not fit the kind of server it stands in, such as `port` beside `command`. Remove it, or change the runtime or transport.',
  ),
  MANIFEST_IMAGE: e(EXIT.error, '`image` is not a valid reference: `[REGISTRY/]NAME[:TAG][@sha256:DIGEST]`.'),
  MANIFEST_IMPORT_IGNORED: e(
    EXIT.error,
    'An imported entry has a key that its client does not know. It is not declared, and stays where it is.',
  ),
  MANIFEST_IMPORT_KEPT: e(
    EXIT.error,
    "A part of an imported entry cannot be written in a manifest. It is listed under `lifecycle.keep` and stays in the client's file.",
  ),
  MANIFEST_IMPORT_REFUSED: e(
    EXIT.partial,
    'An entry cannot be declared in a manifest. The others were imported; the hint says what to change in the client.',
  ),
  MANIFEST_IMPORT_SECRET: e(
    EXIT.error,
    "A part of an imported entry looks like a credential. It was not copied: it is listed under `lifecycle.keep` and stays in the client's file. `--secrets-to` moves it to a backend at the import.",
  ),
  MANIFEST_INTERPOLATION: e(
    EXIT.error,
    'A `${…}` in a text has no meaning here, is not closed, or is nested in another. Known are `${var.name}`, `${secret.name}`, `${NAME}` and `${NAME:-default}`.',
  ),
  MANIFEST_KIND: e(EXIT.error, 'The file is not a stack: `kind` is missing or not `Stack`.'),
  MANIFEST_LITERAL_SECRET: e(
    EXIT.error,
    'A value looks like a credential written in clear text. Declare where it is under `secrets` and write `${secret.name}`; then replace the credential, because it was in a file. If it is none, `--allow-literal` with the place that the message begins with lets it pass this time, and `allowLiterals` in the manifest for good.',
  ),
  MANIFEST_LITERAL_UNMATCHED: e(
    EXIT.error,
    'A place that `allowLiterals` or `--allow-literal` names has nothing that looks like a credential. Remove it: it would let one pass that is written there later.',
  ),
  MANIFEST_MISSING_KEY: e(EXIT.error, 'A required key is missing.'),
  MANIFEST_MOVED: e(
    EXIT.error,
    'An item of `moved` is not two different addresses, its target is not declared, its source still is, or two items contradict each other.',
  ),
  MANIFEST_NAME: e(
    EXIT.error,
    'A name has characters that are not allowed, is too long, or is reserved by the client.',
  ),
  MANIFEST_NAME_CASE: e(
    EXIT.error,
    'Two names differ only in upper and lower case. They are two servers, but easy to mix up.',
  ),
  MANIFEST_NOT_EDITABLE: e(
    EXIT.error,
    'Servers cannot be added to this file without rewriting what is there. Add them by hand, or import into a new file.',
  ),
  MANIFEST_PACKAGE: e(
    EXIT.error,
    '`package` is not valid: `npm:NAME@VERSION`, `pypi:NAME@VERSION`, `git:https://HOST/REPOSITORY@COMMIT` or `mcpb:URL`.',
  ),
  MANIFEST_REFERENCE_UNKNOWN: e(
    EXIT.error,
    'A server uses a network or volume that is not declared at the top level.',
  ),
  MANIFEST_RUNTIME: e(
    EXIT.error,
    'A server has none, or more than one, of `command`, `package`, `image` and `url`. It needs exactly one.',
  ),
  MANIFEST_SECRET_BACKEND: e(
    EXIT.error,
    'A secret has none, or more than one, of the backends (`env`, `file`, `exec`, …). It needs exactly one.',
  ),
  MANIFEST_SECRET_PLACE: e(
    EXIT.error,
    '`${secret.name}` stands outside `env`, `headers` and `url`. Arguments and commands are visible to every process of the machine.',
  ),
  MANIFEST_SECRET_UNKNOWN: e(
    EXIT.error,
    '`${secret.name}` names a secret that the manifest does not declare under `secrets`.',
  ),
  MANIFEST_TARGET: e(
    EXIT.error,
    'A target names an unknown client, gives a `path` in user scope, or a server has no target at all.',
  ),
  MANIFEST_TARGET_DUPLICATE: e(
    EXIT.error,
    'A server has the same client, scope and folder twice. Remove one.',
  ),
  MANIFEST_TRANSPORT: e(
    EXIT.error,
    'The transport does not fit the runtime: programs and packages speak stdio, URLs speak http, sse or ws.',
  ),
  MANIFEST_UNKNOWN_KEY: e(
    EXIT.error,
    'A key is not known at its place. The message names the nearest known key; keys that start with `x-` are ignored.',
  ),
  MANIFEST_URL: e(EXIT.error, '`url` is not an absolute URL of the scheme that its transport needs.'),
  MANIFEST_VARIABLE_MISSING: e(
    EXIT.error,
    'A variable without a default is used and was not given. Give it with `--var NAME=VALUE`, in a `--var-file`, or as `MCPFORM_VAR_NAME`.',
  ),
  MANIFEST_VARIABLE_UNDECLARED: e(
    EXIT.error,
    'A variable was given that the manifest does not declare. It has no effect.',
  ),
  MANIFEST_VARIABLE_UNKNOWN: e(
    EXIT.error,
    '`${var.name}` names a variable that the manifest does not declare under `variables`.',
  ),
  MANIFEST_VARIABLE_UNUSED: e(EXIT.error, 'A variable is declared and never used.'),
  MANIFEST_WRONG_TYPE: e(
    EXIT.error,
    'A value has the wrong type, such as a number where text is expected. Quoting makes it text.',
  ),
  MANIFEST_WRONG_VALUE: e(
    EXIT.error,
    'A value is not one of those allowed at its place, or does not have the form it needs.',
  ),
  YAML_ALIAS: e(EXIT.error, 'An alias names no anchor above it, or stands inside its own anchor.'),
  YAML_ALIAS_LIMIT: e(
    EXIT.error,
    'Aliases multiply the content beyond a limit. Files like that are made to exhaust memory.',
  ),
  YAML_BIDI: e(
    EXIT.error,
    'The text has characters that change the reading direction, so it may mean something else than it shows to a reviewer.',
  ),
  YAML_CHARACTER: e(
    EXIT.error,
    'The file has a NUL or another control character. YAML allows them only as escapes in double quotes.',
  ),
  YAML_DIRECTIVE: e(
    EXIT.error,
    'The file has a directive such as `%YAML`. Files are plain YAML 1.2 without directives.',
  ),
  YAML_DOCUMENTS: e(EXIT.error, 'The file has more than one YAML document. Keep one per file.'),
  YAML_DUPLICATE_KEY: e(
    EXIT.error,
    'A map has the same key twice. YAML forbids it, and one of the two would be lost.',
  ),
  YAML_EMPTY: e(EXIT.error, 'The file has no content. It is never taken for an empty stack.'),
  YAML_ENCODING: e(EXIT.error, 'The file is not UTF-8. Save it as UTF-8.'),
  YAML_KEY: e(
    EXIT.error,
    'A key is not text, has invisible characters or decoration, or is a name that programs stumble over, such as `__proto__`.',
  ),
  YAML_MERGE_KEY: e(
    EXIT.error,
    'Merge keys (`<<`) belong to YAML 1.1 and are not read. Use aliases for whole values, or several files.',
  ),
  YAML_NUMBER: e(EXIT.error, 'A number is infinite or not a number. Quote it if it is meant as text.'),
  YAML_SYNTAX: e(
    EXIT.error,
    'The file is not valid YAML. The position is where the parser noticed; the cause may be just before.',
  ),
  YAML_TAB: e(EXIT.error, 'A line is indented with tabs. YAML allows only spaces.'),
  YAML_TAG: e(EXIT.error, 'A value has a tag. Files are plain YAML 1.2; no value needs one.'),
  YAML_TOO_DEEP: e(EXIT.error, 'Values are nested too deeply, often because a bracket is not closed.'),
  YAML_TOO_LARGE: e(
    EXIT.error,
    'The file is larger than 4 MiB, or has more parts than are read. Split the stack.',
  ),
} as const satisfies Record<string, CodeEntry>;
