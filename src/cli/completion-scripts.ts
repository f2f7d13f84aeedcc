import { GROUPS } from './groups.ts';

export interface CompletionCommand {
  /** `plan`, `state list`. */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletionOption[];
}

export interface CompletionOption {
  /** `--json`. */
  readonly long: string;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** Top-level words, and for a group the words behind it. */
function words(commands: readonly CompletionCommand[], group?: string): readonly string[] {
  const inGroup = commands.filter(({ name }) => (group === undefined ? true : name.startsWith(`${group} `)));
  return [...new Set(inGroup.map(({ name }) => name.split(' ')[group === undefined ? 0 : 1] as string))];
}

function groups(commands: readonly CompletionCommand[]): readonly string[] {
  return [
    ...new Set(
      commands.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0] as string),
    ),
  ];
}

export function bashCompletion(commands: readonly CompletionCommand[]): string {
  const cases = commands.map(
    ({ name, options }) => `    "${name}") options="${options.map(({ long }) => long).join(' ')} --help" ;;`,
  );
  const nested = groups(commands).map(
    (group) =>
      `    ${group}) if [ "$COMP_CWORD" -eq 2 ]; then words="${words(commands, group).join(' ')}"; fi ;;`,
  );
  return `# bash completion for mcpform; made by \`mcpform completion bash\`
_mcpform() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" first="\${COMP_WORDS[1]}" second="\${COMP_WORDS[2]-}"
  local words="" options=""
  case "$previous" in
    -f|--file|--var-file|--out|--state-dir|--root) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --graph) COMPREPLY=($(compgen -W "mermaid dot" -- "$current")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words(commands).join(' ')} help --help --version" -- "$current")); return
  fi
  case "$first" in
${nested.join('\n')}
    completion) words="bash zsh fish" ;;
    apply|show) if [[ "$current" != -* ]]; then COMPREPLY=($(compgen -f -- "$current")); return; fi ;;
  esac
  if [ -n "$words" ] && [[ "$current" != -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); return; fi
  local command="$first"
  case "$first" in ${groups(commands).join('|')}) command="$first $second" ;; esac
  case "$command" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$options" -- "$current"))
}
complete -o default -F _mcpform mcpform
`;
}

export function zshCompletion(commands: readonly CompletionCommand[]): string {
  const top = words(commands).map((word) => `    ${quoteZsh(`${word}:${summaryOf(commands, word)}`)}`);
  const nested = groups(commands).map(
    (group) =>
      `      ${group}) if (( CURRENT == 3 )); then local -a inner; inner=(${words(commands, group)
        .map((word) => quoteZsh(`${word}:${summaryOf(commands, `${group} ${word}`)}`))
        .join(' ')}); _describe 'command' inner; return; fi; name="$words[2] $words[3]" ;;`,
  );
  const cases = commands.map(
    ({ name, options }) =>
      `      "${name}") _arguments ${options.map(zshOption).join(' ')} '--help[print help]' '*:file:_files' ;;`,
  );
  return `#compdef mcpform
# zsh completion for mcpform; made by \`mcpform completion zsh\`
_mcpform() {
  local -a commands
  commands=(
${top.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe 'command' commands; return; fi
  local name="$words[2]"
  case "$words[2]" in
${nested.join('\n')}
      completion) _values 'shell' bash zsh fish; return ;;
  esac
  case "$name" in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_mcpform" ]; then _mcpform "$@"; else compdef _mcpform mcpform; fi
`;
}

function zshOption({ long, description, takesValue, choices }: CompletionOption): string {
  const value = choices.length > 0 ? `:value:(${choices.join(' ')})` : takesValue ? ':value:_files' : '';
  return quoteZsh(
    `*${long}[${description.replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', '\\:')}]${value}`,
  );
}

export function fishCompletion(commands: readonly CompletionCommand[]): string {
  const top = words(commands).map(
    (word) =>
      `complete -c mcpform -f -n __fish_use_subcommand -a ${word} -d ${quoteFish(summaryOf(commands, word))}`,
  );
  const rest = commands.flatMap(({ name, summary, options }) => {
    const [first = '', second] = name.split(' ');
    const condition =
      second === undefined
        ? `__fish_seen_subcommand_from ${first}`
        : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
    const inner =
      second === undefined
        ? []
        : [
            `complete -c mcpform -f -n '__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${words(commands, first).join(' ')}' -a ${second} -d ${quoteFish(summary)}`,
          ];
    return [...inner, ...options.map((option) => fishOption(option, condition))];
  });
  return `# fish completion for mcpform; made by \`mcpform completion fish\`
${top.join('\n')}
complete -c mcpform -f -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
${rest.join('\n')}
`;
}

function fishOption({ long, description, takesValue, choices }: CompletionOption, condition: string): string {
  const value = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r' : '';
  return `complete -c mcpform -n '${condition}' -l ${long.replace(/^--/, '')}${value} -d ${quoteFish(description)}`;
}

function summaryOf(commands: readonly CompletionCommand[], name: string): string {
  return commands.find((command) => command.name === name)?.summary ?? GROUPS[name] ?? '';
}

function quoteZsh(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function quoteFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
