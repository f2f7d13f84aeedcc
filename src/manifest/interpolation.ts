/** A text cut at its `${…}`. Every piece has its source, so that joining them gives the text back. */
export type Piece =
  | { readonly kind: 'text'; readonly source: string }
  /** `$${`: a literal `${`. */
  | { readonly kind: 'escape'; readonly source: string }
  | { readonly kind: 'variable'; readonly source: string; readonly name: string }
  | { readonly kind: 'secret'; readonly source: string; readonly name: string }
  /** The client's own `${NAME}` or `${NAME:-default}`. */
  | { readonly kind: 'client'; readonly source: string; readonly name: string; readonly default?: string }
  | { readonly kind: 'bad'; readonly source: string; readonly reason: string; readonly hint: string };

/** Cuts a text. Linear, and total: what has no meaning becomes a `bad` piece with the reason. */
export function cutText(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const takeText = (end: number): void => {
    if (end > done) pieces.push({ kind: 'text', source: text.slice(done, end) });
  };
  for (let start = text.indexOf('${'); start !== -1; start = text.indexOf('${', done)) {
    if (start > done && text[start - 1] === '$') {
      takeText(start - 1);
      pieces.push({ kind: 'escape', source: '$${' });
      done = start + 2;
      continue;
    }
    takeText(start);
    const end = text.indexOf('}', start);
    const piece = end === -1 ? unclosed(text.slice(start)) : readExpression(text.slice(start, end + 1));
    // After a fault nothing in the text is certain: one finding per text.
    if (piece.kind === 'bad') return [...pieces, { ...piece, source: text.slice(start) }];
    pieces.push(piece);
    done = end + 1;
  }
  takeText(text.length);
  return pieces;
}

function unclosed(source: string): Piece {
  return {
    kind: 'bad',
    source,
    reason: '"${" is not closed',
    hint: 'add the "}", or write "$${" for a literal "${"',
  };
}

function readExpression(source: string): Piece {
  const body = source.slice(2, -1);
  const named = /^(var|secret)\.([A-Za-z0-9][A-Za-z0-9_-]*)$/.exec(body);
  if (named !== null) {
    return { kind: named[1] === 'var' ? 'variable' : 'secret', source, name: named[2] as string };
  }
  if (body.includes('${')) {
    return {
      kind: 'bad',
      source,
      reason: 'a "${…}" inside another is not expanded by anybody',
      hint: 'write a plain default: ${NAME:-default}',
    };
  }
  const client = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(body);
  if (client === null)
    return { kind: 'bad', source, reason: `"${source}" has no meaning`, hint: repair(body) };
  const [, name, byDefault] = client;
  return {
    kind: 'client',
    source,
    name: name as string,
    ...(byDefault === undefined ? {} : { default: byDefault }),
  };
}

/** What was probably meant, for spellings of shells and other clients. */
function repair(body: string): string {
  const scope = /^(var|secret)\b\.?(.*)$/.exec(body);
  if (scope !== null) {
    return scope[1] === 'var' && body.includes(':-')
      ? 'give the variable a default under `variables`'
      : `write \${${scope[1]}.name}`;
  }
  const spelling = /^(?:env[:.]|\s*)([A-Za-z_][A-Za-z0-9_]*)\s*(?::?[-=+?](.*))?$/s.exec(body);
  if (spelling === null) return 'known are ${var.name}, ${secret.name}, ${NAME} and ${NAME:-default}';
  const byDefault = spelling[2] === undefined ? '' : `:-${spelling[2]}`;
  return `write \${${spelling[1]}${byDefault}}`;
}
