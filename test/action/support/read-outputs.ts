/** Reads the file of a step's outputs the way a runner does: `NAME=VALUE`, or `NAME<<MARK`, lines and `MARK`. */
export function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc !== -1 && (equals === -1 || heredoc < equals)) {
      const mark = line.slice(heredoc + 2);
      const end = lines.indexOf(mark, at + 1);
      if (end === -1) throw new Error(`no "${mark}" ends the value of ${line}`);
      outputs[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (equals !== -1) {
      outputs[line.slice(0, equals)] = line.slice(equals + 1);
    } else {
      throw new Error(`"${line}" is no output`);
    }
  }
  return outputs;
}
