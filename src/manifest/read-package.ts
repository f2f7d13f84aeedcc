import { nearest } from '../formats/yaml-schema.ts';
import type { Runtime } from '../model/manifest.ts';
import type { Path, Problems } from './problem.ts';

type Package = Omit<Extract<Runtime, { kind: 'package' }>, 'kind'>;
type Ecosystem = Package['ecosystem'];

const ECOSYSTEMS: readonly Ecosystem[] = ['npm', 'pypi', 'git', 'mcpb'];

interface Grammar {
  /** Groups: name, version. */
  readonly shape: RegExp;
  readonly example: string;
}

// No name, version or reference may start with "-": it would be an option to the tool that gets it.
const GRAMMARS: Readonly<Record<Ecosystem, Grammar>> = {
  // https://docs.npmjs.com/cli/configuring-npm/package-json#name
  npm: {
    shape:
      /^((?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*)(?:@([A-Za-z0-9^~*<>=][A-Za-z0-9.^~*<>=|+ _-]*))?$/,
    example: 'npm:@scope/name@1.2.3',
  },
  // PEP 508 names with extras; `==` is how Python writes an exact version.
  pypi: {
    shape:
      /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._,-]+\])?)(?:(?:==|@)([A-Za-z0-9][A-Za-z0-9.!+_-]*))?$/,
    example: 'pypi:mcp-server-time@2026.1.1',
  },
  git: {
    shape:
      /^((?:https|ssh):\/\/(?:[A-Za-z0-9_.-]+@)?[A-Za-z0-9[][^\s@#]*)(?:@([A-Za-z0-9][A-Za-z0-9._/-]*))?$/,
    example: 'git:https://github.com/owner/repository@COMMIT',
  },
  mcpb: {
    shape:
      /^((?:https:\/\/[A-Za-z0-9][^\s#]*|\.{0,2}\/[^\s]+|[A-Za-z0-9_][^\s:]*)\.mcpb)(?:#sha256:([0-9a-f]{64}))?$/,
    example: 'mcpb:https://example.com/server.mcpb',
  },
};

/** `ECOSYSTEM:NAME[@VERSION]`. The version may be a range or a tag: the lock pins it. */
export function readPackage(text: string, path: Path, problems: Problems): Package {
  const prefix = /^([a-z]+):/i.exec(text)?.[1] ?? '';
  const ecosystem = ECOSYSTEMS.find((each) => each === prefix);
  if (ecosystem === undefined) {
    const near = nearest(prefix, ECOSYSTEMS);
    problems.error('MANIFEST_PACKAGE', path, 'does not say which kind of package it is', {
      hint:
        near !== null
          ? `did you mean "${near}:"?`
          : `start it with ${ECOSYSTEMS.map((each) => `${each}:`).join(', ')}`,
    });
    return { ecosystem: 'npm', name: text };
  }
  const { shape, example } = GRAMMARS[ecosystem];
  const match = text.length > 1024 ? null : shape.exec(text.slice(ecosystem.length + 1));
  if (match === null) {
    problems.error('MANIFEST_PACKAGE', path, `is not a valid ${ecosystem} package`, {
      hint: `write it like ${example}`,
    });
    return { ecosystem, name: text };
  }
  const [, name, version] = match;
  return { ecosystem, name: name as string, ...(version === undefined ? {} : { version }) };
}
