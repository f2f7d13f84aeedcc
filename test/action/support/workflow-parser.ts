import { build } from 'esbuild';

type Parser = typeof import('@actions/workflow-parser') & {
  parseAction: typeof import('@actions/workflow-parser/actions/index').parseAction;
};

/** GitHub's own parser of workflows and actions. Bundled, because it imports JSON in a way that Node 20 does not know. */
export async function loadWorkflowParser(): Promise<Parser> {
  const contents = `
    export * from '@actions/workflow-parser';
    export { parseAction } from '@actions/workflow-parser/actions/index';
  `;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    logLevel: 'error',
    write: false,
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? '').toString('base64');
  return (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as Parser;
}
