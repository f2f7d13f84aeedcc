// node scripts/fetch-claude.mjs [VERSION...]: the real Claude Code CLI for the tests, one path per line.
//
// Seen with 2.1.197 and 2.1.328 on Node 20.20.2 and npm 11.19:
// - `@anthropic-ai/claude-code` is a wrapper. The program is a native binary of 246 to 373 MB in the optional
//   package `@anthropic-ai/claude-code-<platform>-<arch>[-musl]`, file `claude`; the wrapper's postinstall script
//   only links it to `bin/claude.exe`. We take the binary and run no script.
// - 2.1.328 declares node >=22, for the wrapper. The binary brings its own runtime, so with engine-strict off
//   Node 20 installs it and `claude --version` answers in 20 ms.
// - It needs HOME and PATH, no login and no network for `mcp add|add-json|get|list|remove`.
import { join } from 'node:path';
import { fetchFromNpm, isMusl, programs, runAsProgram } from './fetch-from-npm.mjs';

/** The client the tests hold us to; and one that ignores a lock somebody else holds, as all up to 2.1.257 do. */
export const { newest: NEWEST, lockIgnoring: LOCK_IGNORING } = programs.claude;

export function fetchClaude(version) {
  const suffix = `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`;
  const program = process.platform === 'win32' ? 'claude.exe' : 'claude';
  return fetchFromNpm({
    spec: `@anthropic-ai/claude-code@${version}`,
    folder: `claude/${version}`,
    program,
    find: (modules) => join(modules, '@anthropic-ai', `claude-code-${suffix}`, program),
  });
}

runAsProgram(import.meta.url, (versions) => {
  for (const version of versions.length > 0 ? versions : [NEWEST, LOCK_IGNORING]) {
    console.log(fetchClaude(version));
  }
});
