import { MARK, type ServiceSpec } from './spec.ts';

/**
 * A systemd user unit (systemd.service(5), systemd.exec(5)), for version 240 and later. What would keep a server or
 * the engine from working is left out: PrivateTmp hides sockets and folders that other programs see, ProtectHome and
 * ProtectSystem the files we are for, and MemoryDenyWriteExecute is not for what compiles at run time.
 */
export function systemdUnit({ about, command, args, folder, env }: ServiceSpec): string {
  return `# ${MARK}
# Do not edit: \`systemctl --user edit\` adds to it.
[Unit]
Description=mcpform reconcile: ${escapePercent(about)}
# Never given up: how often it is started is for RestartSec alone to say.
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${[quotePath(command), ...args.map(quoteArgument)].join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory=${escapePercent(folder)}
${Object.entries(env)
  .map(([name, value]) => `Environment=${quotePath(`${name}=${value}`)}\n`)
  .join('')}Restart=on-failure
RestartSec=30
# What no other start mends: wrong arguments, and what policy denies.
RestartPreventExitStatus=6 64
SuccessExitStatus=130
# The loop ends what it started itself; what is left after ten seconds is killed.
KillMode=mixed
TimeoutStopSec=10
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes

[Install]
WantedBy=default.target
`;
}

/** Of the program and of \`Environment=\`, where \`$\` is no more than itself. */
function quotePath(text: string): string {
  return `"${escapePercent(text).replace(/[\\"]/g, '\\$&')}"`;
}

function quoteArgument(text: string): string {
  return quotePath(text).replaceAll('$', '$$$$');
}

/** `%h` would be the home folder. */
function escapePercent(text: string): string {
  return text.replaceAll('%', '%%');
}
