/**
 * What PowerShell 5.1 (and its C# 5) is to run. It reads lines from stdin: `read` or `write`, then in base64 the target
 * and the user name in UTF-8, then for `write` the credential's bytes. It prints a Win32 error code and, when it was
 * read, those bytes in base64. It is the same text whatever is asked, so no log of scripts has a name or value.
 * https://learn.microsoft.com/windows/win32/api/wincred/
 *
 * A target has one credential, so others file a second account of a service under `ACCOUNT@SERVICE`, as Python's
 * keyring does: that is looked at too, and written where the target belongs to somebody else. PowerShell takes warnings
 * of the compiler for errors unless told otherwise.
 */
export const CREDENTIAL_SCRIPT = `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Add-Type -IgnoreWarnings -TypeDefinition @'
using System;
using System.Runtime.InteropServices;
public static class McpformCredential {
  const int NotFound = 1168;
  [StructLayout(LayoutKind.Sequential)]
  public struct Credential {
    public uint Flags;
    public uint Type;
    public IntPtr TargetName;
    public IntPtr Comment;
    public System.Runtime.InteropServices.ComTypes.FILETIME LastWritten;
    public uint BlobSize;
    public IntPtr Blob;
    public uint Persist;
    public uint AttributeCount;
    public IntPtr Attributes;
    public IntPtr TargetAlias;
    public IntPtr UserName;
  }
  [DllImport("advapi32.dll", EntryPoint = "CredReadW", CharSet = CharSet.Unicode, SetLastError = true)]
  static extern bool CredRead(string target, uint type, uint flags, out IntPtr found);
  [DllImport("advapi32.dll", EntryPoint = "CredWriteW", CharSet = CharSet.Unicode, SetLastError = true)]
  static extern bool CredWrite(ref Credential credential, uint flags);
  [DllImport("advapi32.dll")]
  static extern void CredFree(IntPtr found);

  static int ReadOne(string target, string user, out byte[] blob, out bool isOther) {
    blob = new byte[0];
    isOther = false;
    IntPtr found;
    if (!CredRead(target, 1, 0, out found)) return Marshal.GetLastWin32Error();
    try {
      Credential credential = (Credential)Marshal.PtrToStructure(found, typeof(Credential));
      string owner = Marshal.PtrToStringUni(credential.UserName);
      isOther = !String.Equals(owner, user, StringComparison.OrdinalIgnoreCase);
      if (isOther) return NotFound;
      blob = new byte[credential.BlobSize];
      if (blob.Length > 0) Marshal.Copy(credential.Blob, blob, 0, blob.Length);
      return 0;
    } finally { CredFree(found); }
  }

  public static string Read(string target, string user) {
    byte[] blob;
    bool isOther;
    int code = ReadOne(target, user, out blob, out isOther);
    if (code == NotFound) code = ReadOne(user + "@" + target, user, out blob, out isOther);
    return code + " " + (code == 0 ? Convert.ToBase64String(blob) : "");
  }

  public static string Write(string target, string user, byte[] blob) {
    byte[] ignored;
    bool isOther;
    ReadOne(target, user, out ignored, out isOther);
    Credential credential = new Credential();
    credential.Type = 1;
    credential.Persist = 2;
    credential.TargetName = Marshal.StringToCoTaskMemUni(isOther ? user + "@" + target : target);
    credential.UserName = Marshal.StringToCoTaskMemUni(user);
    credential.Blob = Marshal.AllocCoTaskMem(blob.Length);
    credential.BlobSize = (uint)blob.Length;
    try {
      Marshal.Copy(blob, 0, credential.Blob, blob.Length);
      return (CredWrite(ref credential, 0) ? 0 : Marshal.GetLastWin32Error()) + " ";
    } finally {
      Marshal.FreeCoTaskMem(credential.TargetName);
      Marshal.FreeCoTaskMem(credential.UserName);
      Marshal.FreeCoTaskMem(credential.Blob);
    }
  }
}
'@
function Receive-Bytes { , [Convert]::FromBase64String([Console]::In.ReadLine()) }
$command = [Console]::In.ReadLine()
$target = [Text.Encoding]::UTF8.GetString((Receive-Bytes))
$user = [Text.Encoding]::UTF8.GetString((Receive-Bytes))
if ($command -eq 'write') { $answer = [McpformCredential]::Write($target, $user, (Receive-Bytes)) }
else { $answer = [McpformCredential]::Read($target, $user) }
[Console]::Out.Write($answer)
`;
