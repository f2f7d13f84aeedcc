import type { Context } from '../../../model/context.ts';
import { isErrno } from '../../../model/error.ts';
import type { Delivery, Message, Sink } from './sink.ts';

const TIMEOUT_MS = 10_000;

/**
 * A notice on this person's screen: notify-send (freedesktop.org), osascript (macOS), a toast (Windows). Texts are
 * arguments or variables, never a part of a script. Tests see what they are given; no real one is run.
 */
export function desktop(ctx: Pick<Context, 'system' | 'platform' | 'env'>): Sink {
  return {
    name: 'desktop',
    send: async (message) => {
      const { command, args, env = {} } = noticeOf(message, ctx);
      try {
        const { exitCode } = await ctx.system.processes.run(command, args, { env, timeoutMs: TIMEOUT_MS });
        return exitCode === 0 ? { kind: 'sent' } : { kind: 'later', why: `exit code ${exitCode}` };
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}

function failureOf(error: unknown): Delivery {
  if (isErrno(error, 'ENOENT', 'EACCES')) return { kind: 'refused', why: 'nothing here shows notices' };
  return { kind: 'later', why: 'no notice could be shown' };
}

interface Notice {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function noticeOf(message: Message, { platform, env }: Pick<Context, 'platform' | 'env'>): Notice {
  const { kind, title, condition, status, text } = message;
  const body = `${condition} is ${status}: ${text}`;
  switch (platform) {
    case 'darwin':
      return { command: '/usr/bin/osascript', args: [...APPLE_SCRIPT, title, body] };
    case 'win32':
      return {
        command: `${env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`,
        args: ['-NoProfile', '-NonInteractive', '-Command', TOAST_SCRIPT],
        env: { MCPFORM_NOTICE_TITLE: title, MCPFORM_NOTICE_BODY: body },
      };
    default: {
      // Low: shown and gone; it neither stays nor breaks through "do not disturb".
      const urgency = kind === 'problem' ? 'normal' : 'low';
      const options = ['--app-name=mcpform', `--urgency=${urgency}`];
      return { command: 'notify-send', args: [...options, '--', title, escapeMarkup(body)] };
    }
  }
}

/** The body is markup there: https://specifications.freedesktop.org/notification-spec */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const APPLE_SCRIPT = [
  '-e',
  'on run argv',
  '-e',
  'display notification (item 2 of argv) with title (item 1 of argv)',
  '-e',
  'end run',
];

const TOAST_SCRIPT = [
  '$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]',
  '$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)',
  '$texts = $xml.GetElementsByTagName("text")',
  '$null = $texts.Item(0).AppendChild($xml.CreateTextNode($env:MCPFORM_NOTICE_TITLE))',
  '$null = $texts.Item(1).AppendChild($xml.CreateTextNode($env:MCPFORM_NOTICE_BODY))',
  '$toast = [Windows.UI.Notifications.ToastNotification]::new($xml)',
  '[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier("mcpform").Show($toast)',
].join('; ');
