import { escapeXml } from './escape-xml.ts';
import { MARK, type ServiceSpec } from './spec.ts';

/**
 * A task of Windows' Task Scheduler, schema 1.2 ([MS-TSCH] 2.5): begun when this user logs on, with no more rights
 * than theirs, once, for as long as it takes, also on battery. A task has the environment of its user.
 */
export function taskXml({ name, about, command, args, folder }: ServiceSpec, user: string | null): string {
  const userId = user === null ? '' : `\n      <UserId>${escapeXml(user)}</UserId>`;
  return `<?xml version="1.0" encoding="UTF-16"?>
<!-- ${MARK} -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>mcpform reconcile: ${escapeXml(about)}</Description>
    <URI>${escapeXml(taskPath(name))}</URI>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>${userId}
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">${userId}
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <Enabled>true</Enabled>
    <Hidden>true</Hidden>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escapeXml(command)}</Command>
      <Arguments>${escapeXml(args.map(quoteArgument).join(' '))}</Arguments>
      <WorkingDirectory>${escapeXml(folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
}

export function taskPath(name: string): string {
  return `\\mcpform\\${name}`;
}

/** As a program reads it back (CommandLineToArgvW): backslashes before a quote, and at the end, are doubled. */
function quoteArgument(text: string): string {
  if (/^[\w./:=@\\-]+$/.test(text)) return text;
  return `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1')}"`;
}
