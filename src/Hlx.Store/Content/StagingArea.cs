using Hlx.Values;

namespace Hlx.Store;

/// <summary>
/// Where a commit waits until it is whole. Each commit has a folder; once all its files are on the disk a mark is written, and from
/// then on the commit happens: by its own process, or by the next one that opens the store.
/// </summary>
internal sealed class StagingArea(string root, Func<Handle, string> destinationOf)
{
    private const string Mark = "commit";
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>Stores objects, all or none.</summary>
    public void Commit(IReadOnlyList<StoredObject> objects)
    {
        string folder = Path.Combine(root, Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        try
        {
            foreach (StoredObject item in objects) WriteThrough(Path.Combine(folder, item.Handle.Text), item.Content.Span);
            if (objects.Count > 1) WriteThrough(Path.Combine(folder, Mark), []);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
        Complete(folder);
    }

    /// <summary>Completes commits that were marked and not finished; drops what was never marked and is old.</summary>
    public void CompleteInterruptedCommits()
    {
        if (!Directory.Exists(root)) return;
        foreach (string folder in Directory.GetDirectories(root))
        {
            try
            {
                if (File.Exists(Path.Combine(folder, Mark))) Complete(folder);
                else if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) > Abandoned) Directory.Delete(folder, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Its own process, or another one, has finished it meanwhile.
            }
        }
    }

    private void Complete(string folder)
    {
        foreach (string file in Directory.GetFiles(folder))
        {
            string name = Path.GetFileName(file);
            if (name == Mark) continue;
            string destination = destinationOf(new Handle(name));
            Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
            try
            {
                File.Move(file, destination, overwrite: true);
            }
            catch (FileNotFoundException) when (File.Exists(destination))
            {
                // Another process has completed the same commit.
            }
        }
        Directory.Delete(folder, recursive: true);
    }

    private static void WriteThrough(string path, ReadOnlySpan<byte> content)
    {
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }
}
