using System.Collections.Concurrent;
using Hlx.Values;

namespace Hlx.Store;

/// <summary>Objects in memory, for as long as the process lives.</summary>
public sealed class MemoryContentStore : IContentStore
{
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _objects = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool Contains(Handle handle) => _objects.ContainsKey(handle.Text);

    /// <inheritdoc/>
    public bool TryGet(Handle handle, out ReadOnlyMemory<byte> content) => _objects.TryGetValue(handle.Text, out content);

    /// <inheritdoc/>
    public void Put(params ReadOnlySpan<StoredObject> objects)
    {
        foreach (StoredObject item in objects) _objects.TryAdd(item.Handle.Text, item.Content);
    }

    /// <inheritdoc/>
    public IEnumerable<ObjectInfo> List() =>
        _objects.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new ObjectInfo(new(entry.Key), entry.Value.Length));

    /// <inheritdoc/>
    public VerifyReport Verify()
    {
        List<Handle> corrupt = [];
        foreach ((string text, ReadOnlyMemory<byte> content) in _objects)
        {
            if (StoredObject.Matches(new(text), content.Span)) continue;
            corrupt.Add(new(text));
            _objects.TryRemove(text, out _);
        }
        return new(_objects.Count, corrupt);
    }
}
