import { isJsonObject, type Json, type Pointer, toPointer } from '../model/json.ts';
import { cutText, type Piece } from './interpolation.ts';
import type { Path, Problems } from './problem.ts';
import type { ManifestOptions } from './read-stack.ts';

export interface ResolvedText {
  readonly document: Json;
  /** Places whose text had a variable in it: their value may stand for a number or a switch. */
  readonly substituted: ReadonlySet<Pointer>;
  /** Places that already have a finding, so that their value is not judged again. */
  readonly broken: ReadonlySet<Pointer>;
}

/**
 * Puts the values of `${var.x}` into every text of the merged document, and takes the `$` off `$${` where no
 * client will read the text. Texts that a client or a backend reads (`command`, `args`, `env`, `url`,
 * `headers`) keep their other `${…}`; `readTemplate` judges them after this, so that nothing a variable holds
 * escapes the scan.
 */
export function resolveText(
  document: Json,
  { variables, ambient = [] }: Pick<ManifestOptions, 'variables' | 'ambient'>,
  problems: Problems,
): ResolvedText {
  const declared = declaredVariables(document);
  const scope: Scope = {
    declared,
    given: variables,
    ambient: new Set(ambient),
    used: new Set(),
    substituted: new Set(),
    broken: new Set(),
    problems,
  };
  const resolved = resolve(document, [], scope);
  if (declared !== null) checkVariables(declared, scope);
  return { document: resolved, substituted: scope.substituted, broken: scope.broken };
}

interface Scope {
  readonly declared: Readonly<Record<string, Json>> | null;
  readonly given: Readonly<Record<string, string>>;
  readonly ambient: ReadonlySet<string>;
  readonly used: Set<string>;
  readonly substituted: Set<Pointer>;
  readonly broken: Set<Pointer>;
  readonly problems: Problems;
}

/** Null when `variables` is no map: which there are is not known then, and the schema says what is wrong. */
function declaredVariables(document: Json): Readonly<Record<string, Json>> | null {
  const variables = isJsonObject(document) ? document['variables'] : undefined;
  if (variables === undefined) return {};
  return isJsonObject(variables) ? variables : null;
}

function resolve(value: Json, path: Path, scope: Scope): Json {
  if (typeof value === 'string') return value.includes('${') ? resolveString(value, path, scope) : value;
  if (Array.isArray(value)) {
    const items = value.map((item, index) => resolve(item, [...path, String(index)], scope));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isJsonObject(value)) return value;
  let copy: Record<string, Json> | null = null;
  for (const [key, before] of Object.entries(value)) {
    if (path.length === 0 && key === 'variables') continue;
    const after = resolve(before, [...path, key], scope);
    if (after === before) continue;
    copy ??= { ...value };
    copy[key] = after;
  }
  return copy ?? value;
}

function resolveString(text: string, path: Path, scope: Scope): string {
  const values = new Map<string, string>();
  const filled = text.replace(VARIABLE, (whole, name: string) => {
    if (whole.startsWith('$$')) return whole;
    const value = values.get(name) ?? variableValue(name, path, scope);
    values.set(name, value);
    return value;
  });
  if (filled !== text) scope.substituted.add(toPointer(path));
  return isTemplate(path) ? filled : plainText(filled, path, scope);
}

/** Also inside the client's own default: `${NAME:-${var.x}}`. `$${var.x}` is a literal. */
const VARIABLE = /\$?\$\{var\.([A-Za-z0-9][A-Za-z0-9_-]*)\}/g;

/** `servers.NAME.command`, `.url`, `.args[0]`, `.env.X`, `.headers.X`. */
function isTemplate(path: Path): boolean {
  const [top, , field] = path;
  if (top !== 'servers') return false;
  if (path.length === 3) return field === 'command' || field === 'url';
  return path.length === 4 && (field === 'args' || field === 'env' || field === 'headers');
}

function variableValue(name: string, path: Path, scope: Scope): string {
  const { declared, given, problems } = scope;
  scope.used.add(name);
  if (declared === null) {
    scope.broken.add(toPointer(path));
    return '';
  }
  if (!Object.hasOwn(declared, name)) {
    scope.broken.add(toPointer(path));
    problems.error('MANIFEST_VARIABLE_UNKNOWN', path, `variable "${name}" is not declared`, {
      near: [name, Object.keys(declared)],
      hint: `declare it: variables: { ${name}: { default: … } }`,
    });
    return '';
  }
  if (Object.hasOwn(given, name)) return given[name] as string;
  const declaration = declared[name] as Json;
  const byDefault = isJsonObject(declaration) ? declaration['default'] : undefined;
  if (typeof byDefault === 'string') return byDefault;
  scope.broken.add(toPointer(path));
  // A default of another type is reported by the schema; said twice it would only confuse.
  if (byDefault === undefined) {
    problems.error('MANIFEST_VARIABLE_MISSING', path, `variable "${name}" has no value and no default`, {
      hint: `pass --var ${name}=VALUE, or set MCPFORM_VAR_${name}`,
    });
  }
  return '';
}

/** A text that nobody expands any further: every `${` left in it must be escaped. */
function plainText(text: string, path: Path, scope: Scope): string {
  let plain = '';
  for (const piece of cutText(text)) {
    if (piece.kind === 'text') plain += piece.source;
    else if (piece.kind === 'escape') plain += '${';
    else {
      scope.broken.add(toPointer(path));
      reportLeftover(piece, path, scope.problems);
      return text;
    }
  }
  return plain;
}

function reportLeftover(
  piece: Exclude<Piece, { kind: 'text' | 'escape' }>,
  path: Path,
  problems: Problems,
): void {
  switch (piece.kind) {
    case 'secret':
      problems.error('MANIFEST_SECRET_PLACE', path, `secret "${piece.name}" cannot be used here`, {
        hint: 'secrets work in `env`, `headers` and `url` of a server',
      });
      return;
    case 'client':
      problems.error('MANIFEST_CLIENT_VARIABLE', path, `nobody would expand "${piece.source}" here`, {
        hint: 'use ${var.name}, or write "$${" for a literal "${"',
      });
      return;
    case 'variable':
      problems.error('MANIFEST_INTERPOLATION', path, `a variable's value brought in "${piece.source}"`, {
        hint: 'values of variables are not expanded again',
      });
      return;
    case 'bad':
      problems.error('MANIFEST_INTERPOLATION', path, piece.reason, { hint: piece.hint });
  }
}

function checkVariables(declared: Readonly<Record<string, Json>>, scope: Scope): void {
  const { given, ambient, used, problems } = scope;
  for (const [name, declaration] of Object.entries(declared)) {
    if (usesVariable(declaration)) {
      const path = ['variables', name, 'default'];
      problems.error('MANIFEST_INTERPOLATION', path, 'a default cannot use another variable', {
        hint: 'write the value out',
      });
    }
    if (used.has(name)) continue;
    problems.warning('MANIFEST_VARIABLE_UNUSED', ['variables', name], 'the variable is never used', {
      part: 'key',
      hint: `write \${var.${name}} where it belongs, or remove it`,
    });
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(declared, name) || ambient.has(name)) continue;
    const message = `variable "${name}" was given, but is not declared`;
    problems.warning('MANIFEST_VARIABLE_UNDECLARED', ['variables'], message, {
      part: 'key',
      near: [name, Object.keys(declared)],
    });
  }
}

function usesVariable(declaration: Json): boolean {
  const byDefault = isJsonObject(declaration) ? declaration['default'] : undefined;
  return typeof byDefault === 'string' && cutText(byDefault).some(({ kind }) => kind === 'variable');
}
