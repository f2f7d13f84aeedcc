import { escapeXml } from './escape-xml.ts';
import { MARK, type ServiceSpec } from './spec.ts';

/**
 * A launchd agent (launchd.plist(5)). It starts again 30 s after it failed, and not after it was stopped. launchd
 * rotates nothing: what goes to the file is what is said before the log is open, and crashes.
 */
export function launchdPlist(spec: ServiceSpec): string {
  const { command, args, folder, env, errorFile } = spec;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${MARK} -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${escapeXml(labelOf(spec.name))}</string>
  <key>ProgramArguments</key>
  <array>
${[command, ...args].map((text) => `    <string>${escapeXml(text)}</string>\n`).join('')}  </array>
  <key>WorkingDirectory</key>
  <string>${escapeXml(folder)}</string>
  <key>EnvironmentVariables</key>
  <dict>
${Object.entries(env)
  .map(([name, value]) => `    <key>${escapeXml(name)}</key>\n    <string>${escapeXml(value)}</string>\n`)
  .join('')}  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>30</integer>
  <key>ExitTimeOut</key>
  <integer>10</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>StandardOutPath</key>
  <string>/dev/null</string>
  <key>StandardErrorPath</key>
  <string>${escapeXml(errorFile)}</string>
</dict>
</plist>
`;
}

export function labelOf(name: string): string {
  return `dev.${name.replace(/^mcpform-/, 'mcpform.')}`;
}
