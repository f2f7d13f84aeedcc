import { fileURLToPath } from 'node:url';

/** What a client's entry starts; the launch id is the last argument. */
export interface LauncherCommand {
  /** Absolute: the Node that runs us. */
  readonly command: string;
  /** Absolute path of our program, and `exec`. */
  readonly args: readonly string[];
  /** Why one of the two paths will not last; null when there is no reason to think so. */
  readonly ephemeral: Ephemeral | null;
}

export interface Ephemeral {
  readonly path: string;
  /** In npx's cache; in a folder for temporary files; in one that is named after a release and goes with it. */
  readonly because: 'npx' | 'temporary' | 'versioned';
}

export function launcherCommand(
  command: string = process.execPath,
  script: string = ourScript(import.meta.url),
): LauncherCommand {
  const ephemeral = whyEphemeral(script) ?? whyEphemeral(command);
  return { command, args: [script, 'exec'], ephemeral };
}

/** The program beside which this module was built, or will be. Node gives real paths. */
export function ourScript(module: string): string {
  const path = fileURLToPath(module);
  const [folder = ''] = /^.*[\\/](?=(?:dist|src)[\\/])/.exec(path) ?? [];
  return `${folder}dist${folder.includes('\\') ? '\\' : '/'}mcpform.cjs`;
}

function whyEphemeral(path: string): Ephemeral | null {
  const found = signs.find(({ sign }) => sign.test(path));
  return found === undefined ? null : { path, because: found.because };
}

const signs: readonly { readonly sign: RegExp; readonly because: Ephemeral['because'] }[] = [
  { sign: /[\\/]_npx[\\/]/, because: 'npx' },
  // pnpm dlx and yarn dlx keep what they fetched beside other temporary files.
  { sign: /[\\/]dlx-\d+|[\\/]xfs-[0-9a-f]+[\\/]/, because: 'npx' },
  {
    sign: /^(\/private)?\/(tmp|var\/tmp|var\/folders|dev\/shm)\/|[\\/]AppData[\\/]Local[\\/]Temp[\\/]/i,
    because: 'temporary',
  },
  // Homebrew removes the old one with each update.
  { sign: /[\\/]Cellar[\\/]/, because: 'versioned' },
];
