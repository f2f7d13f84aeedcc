import { expand } from '../../engine/expand.ts';
import { judgeValid } from '../../engine/judge-valid.ts';
import { load } from '../../engine/load.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { hasErrors } from '../../model/finding.ts';
import { deniedWords, validWords } from '../../report/words.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { policyRequest } from '../policy-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const loaded = await load(await loadRequest(input, ctx), ctx);
  const expansion = await expand(loaded, ctx);
  const { manifest, resources } = expansion;
  const judged = await judgeValid(expansion, { loaded, policy: policyRequest(input) }, ctx);
  const findings = judged ?? expansion.findings;
  const isDenied = hasErrors(findings);
  if (findings.length > 0) {
    const { showFindings } = await import('../show-findings.ts');
    showFindings(findings, input, terminal);
  }
  return {
    exitCode: isDenied ? EXIT.denied : EXIT.ok,
    text: isDenied
      ? deniedWords(manifest.name)
      : validWords(manifest.name, manifest.servers.length, resources.length),
    json: {
      formatVersion: '1.0',
      isValid: true,
      ...(judged === null ? {} : { isAllowed: !isDenied }),
      stack: manifest.name,
      findings,
    },
  };
}
