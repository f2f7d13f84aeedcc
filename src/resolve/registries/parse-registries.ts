import { shapeFindings } from '../../formats/shape-findings.ts';
import { parseYaml } from '../../formats/yaml-parse.ts';
import type { Finding } from '../../model/finding.ts';
import { toPointer } from '../../model/json.ts';
import { canonicalHost, isLoopbackHost } from '../../model/registry-host.ts';
import type { RegistryEntry } from '../../schema/registries.types.ts';
import { validateRegistries } from '../../schema/registries.validate.js';

/** One entry of a file, and which one. */
export interface WrittenEntry {
  readonly file: string;
  /** As written, for messages. */
  readonly key: string;
  readonly entry: RegistryEntry;
}

export interface ParsedRegistries {
  /** By canonical host. Null exactly when there are findings. */
  readonly entries: ReadonlyMap<string, WrittenEntry> | null;
  /** All RESOLVE_REGISTRIES_INVALID errors, with positions or pointers. */
  readonly findings: readonly Finding[];
}

/** Text of a registries file → entries, or what is wrong with it: half of a file would be another configuration. */
export function parseRegistries(bytes: Uint8Array, file: string): ParsedRegistries {
  const { value, findings } = parseYaml(bytes, file);
  const unreadable = findings.filter(({ severity }) => severity === 'error');
  if (unreadable.length > 0) {
    return refused(unreadable.map((finding) => ({ ...finding, code: 'RESOLVE_REGISTRIES_INVALID' })));
  }
  if (!validateRegistries(value)) {
    return refused(shapeFindings(validateRegistries.errors, { code: 'RESOLVE_REGISTRIES_INVALID', file }));
  }
  const entries = new Map<string, WrittenEntry>();
  const wrong: Finding[] = [];
  for (const [key, entry] of Object.entries(value.registries)) {
    const host = canonicalHost(key);
    const same = entries.get(host);
    wrong.push(...findInsecure({ file, key, entry }));
    if (same !== undefined) wrong.push(twice({ file, key, entry }, same.key));
    entries.set(host, { file, key, entry });
  }
  return wrong.length > 0 ? refused(wrong) : { entries, findings: [] };
}

function refused(findings: readonly Finding[]): ParsedRegistries {
  return { entries: null, findings };
}

/** Nobody on the way may read or change what is sent: that ends at this machine, not at "our network". */
function findInsecure({ file, key, entry }: WrittenEntry): readonly Finding[] {
  const findings: Finding[] = [];
  if (entry.insecure === true && !isLoopbackHost(canonicalHost(key))) {
    findings.push(
      invalid(`"${key}" is not on this machine, so it cannot be insecure`, {
        hint: 'trust its certificate with `ca` instead',
        at: { file, pointer: toPointer(['registries', key, 'insecure']) },
      }),
    );
  }
  for (const [index, mirror] of (entry.mirrors ?? []).entries()) {
    const { protocol, host } = new URL(mirror);
    if (protocol === 'https:' || isLoopbackHost(host)) continue;
    findings.push(
      invalid(`the mirror "${mirror}" is not on this machine, so it cannot be plain http`, {
        hint: 'write https://',
        at: { file, pointer: toPointer(['registries', key, 'mirrors', String(index)]) },
      }),
    );
  }
  return findings;
}

function twice({ file, key }: WrittenEntry, other: string): Finding {
  return invalid(`"${key}" and "${other}" are the same registry`, {
    hint: 'write one entry for it',
    at: { file, pointer: toPointer(['registries', key]), part: 'key' },
  });
}

function invalid(message: string, details: Pick<Finding, 'hint' | 'at'>): Finding {
  return { code: 'RESOLVE_REGISTRIES_INVALID', severity: 'error', message, ...details };
}
