import type { Runtime } from '../model/manifest.ts';

type Package = Extract<Runtime, { kind: 'package' }>;

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** Why no program starts the package. */
export interface NoCommand {
  readonly problem: string;
  /** Whether an exact version, such as the lock has, is all that is missing. */
  readonly isOpen: boolean;
}

/**
 * The program that starts an exactly pinned package, without verification; or why there is none. Names and
 * versions are checked by their registry's own rules, so that none can pass for an option.
 */
export function packageCommand(runtime: Package, bin: string | undefined): CommandLine | NoCommand {
  const { ecosystem, name, version } = runtime;
  if (bin !== undefined && !/^[A-Za-z0-9@_][A-Za-z0-9@._/-]*$/.test(bin))
    return never(`"${bin}" is not a program name`);
  switch (ecosystem) {
    case 'npm':
      if (!npmName.test(name)) return never(`"${name}" is not an npm package name`);
      if (version === undefined || !npmVersion.test(version)) return notExact('npm', name, version);
      return bin === undefined
        ? { command: 'npx', args: ['-y', `${name}@${version}`] }
        : { command: 'npx', args: ['-y', `--package=${name}@${version}`, '--', bin] };
    case 'pypi':
      if (!pypiName.test(name)) return never(`"${name}" is not a PyPI project name`);
      if (version === undefined || !pypiVersion.test(version)) return notExact('pypi', name, version);
      return {
        command: 'uvx',
        args: ['--from', `${name}==${version}`, bin ?? name.replace(/\[.*$/, '')],
      };
    default:
      return never(`a package from "${ecosystem}" can only be started with \`launch: verified\``);
  }
}

function never(problem: string): NoCommand {
  return { problem, isOpen: false };
}

function notExact(ecosystem: string, name: string, version: string | undefined): NoCommand {
  const problem =
    version === undefined
      ? `"${ecosystem}:${name}" has no version`
      : `"${version}" is not an exact version of "${ecosystem}:${name}"`;
  return { problem, isOpen: true };
}

// https://github.com/npm/validate-npm-package-name
const npmName = /^(@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/i;
// https://semver.org, without leading `v` or `=`
const npmVersion = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
// PEP 508 name with extras
const pypiName = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._,-]+\])?$/;
// PEP 440, without wildcards
const pypiVersion = /^(\d+!)?\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?(\+[a-z0-9.]+)?$/i;
