import { escapeText } from '../formats/escape.ts';
import type { McpformError } from '../model/error.ts';
import { exitCodeOf } from '../model/exit-code-of.ts';
import { type FindingsTextOptions, findingsLine, position, renderFindings } from './findings.ts';
import { palette, wrap } from './style.ts';

/** What the world said no to, for people: the findings it stands for, then what happened and what to do. */
export function renderFailure(error: McpformError, options: FindingsTextOptions): string {
  const colors = palette(options);
  const total = findingsLine(error.findings);
  const message =
    escapeText(error.message) + (total === '' || error.message.endsWith(total) ? '' : ` (${total})`);
  const title = `error[${error.code}]: `;
  const [first = '', ...rest] = wrap(message, options.width, title, '  ');
  const lines = [
    colors.bold(colors.red(title.trimEnd())) + colors.bold(first.slice(title.length - 1)),
    ...rest.map((line) => colors.bold(line)),
    ...(error.at === undefined ? [] : [`  --> ${escapeText(position(error.at, options.cwd))}`]),
    ...(error.hint === undefined ? [] : wrap(escapeText(error.hint), options.width, '  hint: ', '        ')),
  ];
  const findings = renderFindings(error.findings, options);
  return `${findings === '' ? '' : `${findings}\n`}${lines.join('\n')}\n`;
}

/** The same for machines. */
export function renderFailureJson(error: McpformError): string {
  const { code, message, hint, at, findings } = error;
  const body = {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(at === undefined ? {} : { at }),
    exitCode: exitCodeOf(code),
    findings,
  };
  return `${JSON.stringify({ formatVersion: '1.0', error: body }, null, 2)}\n`;
}
