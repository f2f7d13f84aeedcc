import type { Template, TemplatePart } from '../model/manifest.ts';
import { cutText, type Piece } from './interpolation.ts';
import type { Path, Problems } from './problem.ts';

/** Who reads a text, and what it may therefore refer to. */
export interface TemplateField {
  readonly path: Path;
  /** The client expands `${NAME}` itself. False where an engine reads the text. */
  readonly isClientBound: boolean;
  readonly maySecret: boolean;
  /** Names under `secrets`; null when it is not known which there are. */
  readonly secrets: ReadonlySet<string> | null;
}

/** A text with its variables already filled in, as a template. Plain text stays a string. */
export function readTemplate(text: string, field: TemplateField, problems: Problems): Template {
  if (!text.includes('${')) return text;
  const pieces = cutText(text);
  for (const piece of firstOfEach(pieces)) checkPiece(piece, field, problems);
  const parts: TemplatePart[] = [];
  for (const part of pieces.map(toPart)) {
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  return parts.length === 1 && typeof parts[0] === 'string' ? parts[0] : parts;
}

/** The same fault twice in one text is one finding. */
function firstOfEach(pieces: readonly Piece[]): Iterable<Piece> {
  const firsts = new Map<string, Piece>();
  for (const piece of pieces) {
    const key = piece.kind === 'text' ? 'text' : piece.source;
    if (!firsts.has(key)) firsts.set(key, piece);
  }
  return firsts.values();
}

function toPart(piece: Piece): TemplatePart {
  switch (piece.kind) {
    case 'secret':
      return { secret: piece.name };
    case 'client':
      return piece.default === undefined ? { env: piece.name } : { env: piece.name, default: piece.default };
    case 'escape':
      return '${';
    case 'text':
    case 'variable':
    case 'bad':
      return piece.source;
  }
}

function checkPiece(piece: Piece, field: TemplateField, problems: Problems): void {
  switch (piece.kind) {
    case 'text':
      return;
    case 'escape':
      if (field.isClientBound) refuseLiteral(field.path, problems);
      return;
    case 'secret':
      checkSecret(piece.name, field, problems);
      return;
    case 'client':
      if (!field.isClientBound) refuseClientVariable(piece.source, field.path, problems);
      return;
    case 'variable':
      problems.error(
        'MANIFEST_INTERPOLATION',
        field.path,
        `a variable's value brought in "${piece.source}"`,
        {
          hint: 'values of variables are not expanded again',
        },
      );
      return;
    case 'bad':
      problems.error('MANIFEST_INTERPOLATION', field.path, piece.reason, {
        hint: field.isClientBound
          ? piece.hint.replace(', or write "$${" for a literal "${"', '')
          : piece.hint,
      });
  }
}

function refuseLiteral(path: Path, problems: Problems): void {
  problems.error('MANIFEST_INTERPOLATION', path, 'a literal "${" cannot be written here', {
    hint: 'the client expands it and knows no escape; have the server read the text from elsewhere',
  });
}

function checkSecret(name: string, field: TemplateField, problems: Problems): void {
  if (!field.maySecret) {
    problems.error('MANIFEST_SECRET_PLACE', field.path, `secret "${name}" cannot be used here`, {
      hint: 'every process of the machine can read command lines; pass it in `env`',
    });
  } else if (field.secrets !== null && !field.secrets.has(name)) {
    problems.error('MANIFEST_SECRET_UNKNOWN', field.path, `secret "${name}" is not declared`, {
      near: [name, field.secrets],
      hint: `declare where it is: secrets: { ${name}: { env: … } }`,
    });
  }
}

function refuseClientVariable(source: string, path: Path, problems: Problems): void {
  problems.error('MANIFEST_CLIENT_VARIABLE', path, `nobody would expand "${source}" here`, {
    hint: 'an engine starts this server: use ${var.name}, or a secret with ${secret.name}',
  });
}
