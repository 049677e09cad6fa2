using Hlx.Values;

namespace Hlx.Store;

/// <summary>
/// Objects as files, one each, for many processes at once. An object is written to a temporary file, flushed to the disk and
/// renamed, so a reader sees it whole or not at all; several are first staged and then renamed together, and a commit that a crash
/// interrupted is completed at the next opening. What a reader finds damaged goes to <c>quarantine/</c> and counts as absent.
/// </summary>
/// <remarks>.NET cannot flush a directory: after a power failure a rename may be missing, which is a miss, never wrong bytes.</remarks>
public sealed class DirectoryContentStore : IContentStore
{
    private readonly string _objects;
    private readonly string _quarantine;
    private readonly StagingArea _staging;

    /// <summary>Opens or creates a store.</summary>
    /// <param name="root">Its folder.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.StoreIo"/> if the folder cannot be made or read.</exception>
    public DirectoryContentStore(string root)
    {
        Root = Path.GetFullPath(root);
        _objects = Path.Combine(Root, "objects");
        _quarantine = Path.Combine(Root, "quarantine");
        _staging = new StagingArea(Path.Combine(Root, "staging"), PathOf);
        StoreIo.Guard($"the store {Root} cannot be opened", () =>
        {
            Directory.CreateDirectory(_objects);
            _staging.CompleteInterruptedCommits();
        });
    }

    /// <summary>The folder of the store.</summary>
    public string Root { get; }

    /// <inheritdoc/>
    public bool Contains(Handle handle) => handle.IsContent && File.Exists(PathOf(handle));

    /// <inheritdoc/>
    public bool TryGet(Handle handle, out ReadOnlyMemory<byte> content)
    {
        content = default;
        if (!handle.IsContent) return false;
        string path = PathOf(handle);
        byte[]? bytes = StoreIo.Guard($"{handle} cannot be read", () => ReadIfPresent(path));
        if (bytes is null) return false;
        if (!StoredObject.Matches(handle, bytes))
        {
            Quarantine(path);
            return false;
        }
        content = bytes;
        return true;
    }

    /// <inheritdoc/>
    public void Put(params ReadOnlySpan<StoredObject> objects)
    {
        List<StoredObject> missing = [];
        foreach (StoredObject item in objects)
        {
            if (!Contains(item.Handle)) missing.Add(item);
        }
        if (missing.Count > 0) StoreIo.Guard($"the store {Root} cannot be written", () => _staging.Commit(missing));
    }

    /// <inheritdoc/>
    public IEnumerable<ObjectInfo> List() =>
        from tag in Directory.EnumerateDirectories(_objects).Order(StringComparer.Ordinal)
        from shard in Directory.EnumerateDirectories(tag).Order(StringComparer.Ordinal)
        from file in new DirectoryInfo(shard).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal)
        let handle = new Handle($"{Handle.Prefix}{Path.GetFileName(tag)}_{file.Name}")
        where handle.IsContent
        select new ObjectInfo(handle, file.Length);

    /// <inheritdoc/>
    public VerifyReport Verify()
    {
        int sound = 0;
        List<Handle> corrupt = [];
        foreach (ObjectInfo item in List().ToList())
        {
            if (TryGet(item.Handle, out _)) sound++;
            else corrupt.Add(item.Handle);
        }
        return new(sound, corrupt);
    }

    private string PathOf(Handle handle) => Path.Combine(_objects, handle.Tag, handle.Digest[..2], handle.Digest);

    private static byte[]? ReadIfPresent(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void Quarantine(string path) => StoreIo.Guard($"a damaged object cannot be moved to {_quarantine}", () =>
    {
        Directory.CreateDirectory(_quarantine);
        File.Move(path, Path.Combine(_quarantine, $"{Path.GetFileName(path)}.{Path.GetRandomFileName()}"));
    });
}
