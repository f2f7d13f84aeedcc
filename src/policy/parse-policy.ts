import { shapeFindings } from '../formats/shape-findings.ts';
import { parseYaml } from '../formats/yaml-parse.ts';
import type { Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';
import type { PolicyDocument, PolicyRule } from '../schema/policy.types.ts';
import { validatePolicy } from '../schema/policy.validate.js';
import { readCommits } from './parse-commits.ts';
import { readExceptions } from './parse-exceptions.ts';
import { readSignatures } from './parse-signatures.ts';
import type { Policy, Rules, Subject } from './policy.ts';

export type { Policy } from './policy.ts';

/**
 * Text → policy, or null and the errors: a policy that is not fully understood allows nothing. All findings are
 * POLICY_INVALID errors, most with a pointer.
 */
export function parsePolicy(
  bytes: Uint8Array,
  file: string,
): { policy: Policy | null; findings: readonly Finding[] } {
  const { value, findings, document, source } = parseYaml(bytes, file);
  const unreadable = findings.filter(({ severity }) => severity === 'error');
  if (unreadable.length > 0) return { policy: null, findings: unreadable.map(asPolicyFinding) };
  if (!validatePolicy(value)) {
    return { policy: null, findings: shapeFindings(validatePolicy.errors, { code: 'POLICY_INVALID', file }) };
  }
  if (SAYING.every((key) => value[key] === undefined)) {
    return { policy: null, findings: [saysNothing(file)] };
  }
  const rules = subjectsOf(value).map(([subject, rule]) => [subject, readRules(rule)] as const);
  const signed = readSignatures(value, file);
  const commits = readCommits(value, file);
  const excepted = readExceptions(value, { file, document, source });
  const useless = [
    ...rules.flatMap(([subject, rule]) => uselessPatterns(subject, rule, file)),
    ...signed.findings,
    ...commits.findings,
    ...excepted.findings,
  ];
  return useless.length > 0
    ? { policy: null, findings: useless }
    : {
        policy: {
          file,
          rules: Object.fromEntries(rules),
          ...(value.checks === undefined ? {} : { checks: value.checks }),
          ...excepted.read,
          ...signed.read,
          ...commits.read,
        },
        findings: [],
      };
}

/** A policy with none of these says nothing. */
const SAYING = ['rules', 'checks', 'signatures', 'commits'] as const;

function asPolicyFinding(finding: Finding): Finding {
  return { ...finding, code: 'POLICY_INVALID' };
}

/** Somebody wrote it for a reason, and it would allow everything. */
function saysNothing(file: string): Finding {
  return {
    code: 'POLICY_INVALID',
    severity: 'error',
    message: '"rules" is missing',
    hint: 'write `rules`, `checks`, `signatures` or `commits`; `rules: {}` allows everything',
    at: { file, pointer: '' },
  };
}

function subjectsOf({ rules = {} }: PolicyDocument): readonly (readonly [Subject, PolicyRule])[] {
  return Object.entries(rules).filter(([key]) => !key.startsWith('x-')) as [Subject, PolicyRule][];
}

function readRules({ allow, deny = [], default: otherwise }: PolicyRule): Rules {
  return { deny, allow: allow ?? [], otherwise: otherwise ?? (allow === undefined ? 'allow' : 'deny') };
}

const WRITTEN_AS: Readonly<Partial<Record<Subject, { readonly rule: RegExp; readonly hint: string }>>> = {
  commands: { rule: /^\S+( \S+)*$/, hint: 'separate the words with one space each' },
  packages: {
    rule: /^(\*|(npm|pypi|git|mcpb|\*):[^:]+.*)$/,
    hint: 'write the ecosystem first: `npm:@acme/*`, `pypi:acme-*`',
  },
  registries: {
    rule: /^(local:\/\/|[A-Za-z0-9.*-]+(:[0-9*]+)?)$/,
    hint: 'write a host, like `ghcr.io` or `*.example.com`, or `local://`',
  },
  urlHosts: {
    rule: /^([A-Za-z0-9.*_-]+|\[[0-9a-fA-F:.]+\])(:[0-9*]+)?$/,
    hint: 'write a host in ASCII, like `mcp.example.com` or `*.example.com`, without scheme and path',
  },
  mounts: { rule: /^(\*|\/.*[^/]|\/|[A-Za-z]:[\\/].*)$/, hint: 'write a whole path without a final slash' },
  privileges: {
    rule: /^(\*|privileged|namespace:(network|\*)|capability:(?!CAP_).+|(device|seccomp|apparmor|volume-driver|volume-option|external-volume|network-driver|network-option):.+)$/,
    hint: 'write `privileged`, `capability:NET_ADMIN`, `device:/dev/dri`, `namespace:network`, `seccomp:unconfined` or the like',
  },
  transports: { rule: /^(stdio|http|sse|ws|\*)$/, hint: 'write stdio, http, sse or ws' },
  scopes: { rule: /^(user|local|project|\*)$/, hint: 'write user, local or project' },
  secrets: { rule: /^(\*|[a-z0-9*-]+:.+)$/, hint: 'write the backend first: `env:GITHUB_*`' },
};

/** A pattern that could never match would silently deny nothing, so it is an error. */
function uselessPatterns(subject: Subject, rules: Rules, file: string): readonly Finding[] {
  const written = WRITTEN_AS[subject];
  if (written === undefined) return [];
  return (['allow', 'deny'] as const).flatMap((list) =>
    rules[list].flatMap((pattern, index): Finding[] => {
      if (written.rule.test(pattern)) return [];
      const at = { file, pointer: toPointer(['rules', subject, list, String(index)]) };
      const message = `"${pattern}" can never match anything in \`${subject}\``;
      return [{ code: 'POLICY_INVALID', severity: 'error', message, hint: written.hint, at }];
    }),
  );
}
