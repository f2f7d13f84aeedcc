import type { Code } from '../../model/codes.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Template } from '../../model/manifest.ts';
import type { Desired, DesiredEntry, EntrySpec, Rendered } from '../../model/resource.ts';
import { knownUrl, templateText } from '../../model/template.ts';
import { normalizeEntry } from './entry.ts';
import { checkClientFields } from './entry-fields.ts';
import { nameProblem } from './names.ts';

/** What is wrong with a rendered entry, before it is bound to a server. */
export interface Problem {
  readonly code: Code;
  readonly severity: Severity;
  /** Behind `server "x": `. Never holds a value that may be secret. */
  readonly message: string;
  readonly hint?: string;
}

/**
 * The entry as it will stand in the file. Everything the client would reject, drop in silence or read as something
 * else is a finding: it is written as declared all the same, by whoever ignores an error.
 */
export function renderEntry(desired: Desired): Rendered {
  assertEntry(desired);
  const { spec } = desired;
  const problems = [...nameProblems(desired), ...specProblems(spec), ...checkClientFields(spec)];
  return {
    attributes: normalizeEntry(attributesOf(spec)),
    findings: problems.map((problem): Finding => {
      const { code, severity, message, hint } = problem;
      return {
        code,
        severity,
        message: `server "${desired.server}": ${message}`,
        ...(hint === undefined ? {} : { hint }),
        at: desired.at,
        address: desired.address,
      };
    }),
  };
}

/** Whoever gives us something else has mixed up providers. */
export function assertEntry(desired: Desired): asserts desired is DesiredEntry {
  if (desired.kind !== 'entry') throw new Error(`"${desired.address}" is no client entry`);
}

function attributesOf(spec: EntrySpec): JsonObject {
  const timeout = spec.timeoutMs === undefined ? {} : { timeout: spec.timeoutMs };
  if (spec.transport === 'stdio') {
    return {
      ...spec.client,
      type: 'stdio',
      command: templateText(spec.command ?? ''),
      args: spec.args.map(templateText),
      env: texts(spec.env),
      ...timeout,
    };
  }
  return {
    ...spec.client,
    type: spec.transport,
    url: templateText(spec.url ?? ''),
    headers: texts(spec.headers),
    ...timeout,
  };
}

function texts(templates: Readonly<Record<string, Template>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(templates).map(([key, template]) => [key, templateText(template)]),
  );
}

function nameProblems({ server }: DesiredEntry): readonly Problem[] {
  switch (nameProblem(server)) {
    case 'reserved':
      return [
        {
          code: 'CLIENT_NAME_RESERVED',
          severity: 'error',
          message: 'Claude Code keeps this name for itself and would not load the server',
          hint: 'give the server another name',
        },
      ];
    case 'invalid':
      return [
        {
          code: 'CLIENT_NAME_INVALID',
          severity: 'error',
          message: 'Claude Code takes 1 to 64 letters, digits, hyphens and underscores as a name',
          hint: 'give the server another name',
        },
      ];
    case null:
      return [];
  }
}

function specProblems(spec: EntrySpec): readonly Problem[] {
  const templates = boundTemplates(spec);
  return [
    ...templates.flatMap(([where, template]) => expansionProblems(where, template)),
    ...(spec.transport === 'stdio' ? commandProblems(spec) : urlProblems(spec)),
    ...timeoutProblems(spec),
  ];
}

function boundTemplates(spec: EntrySpec): readonly (readonly [string, Template])[] {
  return [
    ...(spec.command === undefined ? [] : [['command', spec.command] as const]),
    ...spec.args.map((arg, index) => [`args[${index}]`, arg] as const),
    ...Object.entries(spec.env).map(([name, value]) => [`env.${name}`, value] as const),
    ...(spec.url === undefined ? [] : [['url', spec.url] as const]),
    ...Object.entries(spec.headers).map(([name, value]) => [`headers.${name}`, value] as const),
  ];
}

/**
 * The client replaces every `${…}` in these fields, knows no escape, and ends a default at the first `}`. So text
 * that only looks like a variable, or a default that holds a brace, would arrive as something else.
 */
function expansionProblems(where: string, template: Template): readonly Problem[] {
  if (typeof template === 'string' && !template.includes('${')) return [];
  const found = [...templateText(template).matchAll(/\$\{[^}]+\}/g)].map(([text]) => text);
  const parts = typeof template === 'string' ? [] : template.filter((part) => typeof part !== 'string');
  const meant = parts.map((part) => templateText([part]));
  const isAsMeant = found.length === meant.length && found.every((text, index) => text === meant[index]);
  const isNested = parts.some((part) => 'env' in part && part.default?.includes('${') === true);
  if (isAsMeant && !isNested) return [];
  return [
    {
      code: 'CLIENT_TEXT_EXPANDED',
      severity: 'error',
      message: `"${where}" holds text that Claude Code would expand or cut: it cannot write a literal "\${" or a default with braces`,
      hint: 'write the value without braces, or put it in an environment variable and refer to that',
    },
  ];
}

function commandProblems({ command }: EntrySpec): readonly Problem[] {
  if (command !== undefined && templateText(command) !== '') return [];
  return [{ code: 'CLIENT_FIELD_INVALID', severity: 'error', message: '"command" is empty' }];
}

function urlProblems(spec: EntrySpec): readonly Problem[] {
  const text = templateText(spec.url ?? '');
  if (text === '') {
    return [{ code: 'CLIENT_FIELD_INVALID', severity: 'error', message: '"url" is empty' }];
  }
  const problems = Object.keys(spec.headers).filter((name) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name));
  const invalid = problems.map(
    (name): Problem => ({
      code: 'CLIENT_FIELD_INVALID',
      severity: 'error',
      message: `"${name}" is no name for a header, and nothing is expanded in one`,
    }),
  );
  return text.includes('${') ? invalid : [...invalid, ...schemeProblems(spec, text)];
}

function schemeProblems(spec: EntrySpec, text: string): readonly Problem[] {
  const schemes = spec.transport === 'ws' ? ['ws:', 'wss:'] : ['http:', 'https:'];
  const url = knownUrl(text);
  if (url !== null && schemes.includes(url.protocol)) return [];
  return [
    {
      code: 'CLIENT_URL_SUSPECT',
      severity: 'warning',
      message: `"url" is not an address that Claude Code can reach over ${spec.transport}`,
      hint: `start it with ${schemes.map((scheme) => `"${scheme}//"`).join(' or ')}`,
    },
  ];
}

function timeoutProblems({ timeoutMs }: EntrySpec): readonly Problem[] {
  if (timeoutMs === undefined || (Number.isSafeInteger(timeoutMs) && timeoutMs >= 1000)) return [];
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs <= 0) {
    const message = '"timeout" must be a whole number of milliseconds above zero';
    return [{ code: 'CLIENT_FIELD_INVALID', severity: 'error', message }];
  }
  return [
    {
      code: 'CLIENT_TIMEOUT_IGNORED',
      severity: 'warning',
      message: '"timeout" is below one second, which Claude Code ignores',
      hint: 'make it "1s" or more',
    },
  ];
}
