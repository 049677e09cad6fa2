using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Hlx.Cli;

/// <summary>Writes files so that what was there stays until the new content is complete and on disk.</summary>
internal static class OutputFile
{
    private const int BrokenPipe = 32; // EPIPE

    /// <summary>Writes a file, or standard output for <c>-</c>.</summary>
    /// <param name="path">The file. A link is followed; a pipe or a device is written as it is.</param>
    /// <param name="content">The whole content.</param>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        if (IsStandardOutput(path))
        {
            using Stream output = StandardStreams.OpenOutput();
            output.Write(content);
            return;
        }
        if (Directory.Exists(path)) throw new HlxException(ErrorCode.FileIo, $"\"{path}\" is a folder", "Name a file in it");
        FileInfo named = new(path);
        string target = named.LinkTarget is null ? named.FullName : named.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? named.FullName;
        using (FileStream? special = OpenSpecial(target))
        {
            special?.Write(content);
            if (special is not null) return;
        }
        Replace(target, content);
    }

    /// <summary>Whether a path means standard output.</summary>
    public static bool IsStandardOutput(string? path) => path is "-" or "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1";

    /// <summary>Writes a file of text, as <see cref="Write(string, ReadOnlySpan{byte})"/>.</summary>
    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    /// <summary>Whether a failure says that nobody reads standard output any more, as after <c>hlx … | head</c>.</summary>
    public static bool IsBrokenPipe(Exception failure) => failure is IOException && (failure.HResult & 0xffff) == BrokenPipe;

    // Beside the file, since a rename does not cross file systems; on disk before the rename, which replaces the old file in one step.
    private static void Replace(string target, ReadOnlySpan<byte> content)
    {
        string beside = Path.Combine(Path.GetDirectoryName(target)!, $".hlx-{Guid.NewGuid():N}.new");
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows() && File.Exists(target)) options.UnixCreateMode = File.GetUnixFileMode(target);
            using (FileStream file = new(beside, options))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            if (options.UnixCreateMode is UnixFileMode mode && !OperatingSystem.IsWindows())
            {
                if (Environment.IsPrivilegedProcess) TakeOwner(beside, target);
                File.SetUnixFileMode(beside, mode); // the process's mask, and a change of the owner, may have taken bits off
            }
            File.Move(beside, target, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException) // the last is .NET's for EFBIG
        {
            if (failure is DirectoryNotFoundException)
                throw new HlxException(ErrorCode.FileIo, $"there is no folder \"{Path.GetDirectoryName(target)}\"", "Make it, or name another file", inner: failure);
            File.Delete(beside);
            string why = failure.Message.TrimEnd('.').Replace(beside, target, StringComparison.Ordinal);
            throw new HlxException(
                ErrorCode.FileIo, $"\"{target}\" cannot be written ({why}){(File.Exists(target) ? "; what was there is unchanged" : "")}",
                "Check the folder, its permissions and the free space", inner: failure);
        }
    }

    // Only root may give a file away; .NET has no call for it. Where this fails, the new file is root's.
    private static void TakeOwner(string file, string from)
    {
        try
        {
            ProcessStartInfo start = new("chown", ["--reference", from, "--", file]) { RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
        }
        catch (Win32Exception)
        {
            // No chown here.
        }
    }

    // A pipe or a device, which nothing can be renamed over; null for a plain file and for none. Opening a plain file for writing finds
    // one that its owner has protected, which a rename would replace all the same.
    private static FileStream? OpenSpecial(string target)
    {
        if (!File.Exists(target)) return null;
        FileStream file = new(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        bool isDevice = target.StartsWith("/proc/", StringComparison.Ordinal)
            || (target.StartsWith("/dev/", StringComparison.Ordinal) && !target.StartsWith("/dev/shm/", StringComparison.Ordinal));
        if (isDevice || !file.CanSeek) return file;
        file.Dispose();
        return null;
    }
}
