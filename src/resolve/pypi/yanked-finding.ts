import type { Finding } from '../../model/finding.ts';

export function yankedFinding(server: string, name: string, version: string): Finding {
  return {
    code: 'RESOLVE_YANKED',
    severity: 'warning',
    message: `server "${server}": "${name}" ${version} was withdrawn by its publisher`,
    hint: 'choose another version, or find out why it was withdrawn',
  };
}
