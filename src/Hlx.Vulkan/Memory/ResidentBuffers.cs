namespace Hlx.Vulkan;

/// <summary>Constants on the device that recorded programs share by name; each goes with the last program that uses it. Safe for many threads.</summary>
internal sealed class ResidentBuffers(VulkanDevice device)
{
    private sealed record Entry(DeviceBuffer Buffer)
    {
        public int Users { get; set; }

        public Lock Writing { get; } = new();

        public bool IsWritten { get; set; }
    }

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>The buffer of a name; whoever takes it releases it.</summary>
    /// <exception cref="ArgumentException">The name stands for a buffer of another size.</exception>
    public DeviceBuffer Take(string name, long bytes, BufferPlace place)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(name, out Entry? entry)) _entries.Add(name, entry = new(new DeviceBuffer(device, bytes, place)));
            if (entry.Buffer.Bytes != bytes) throw new ArgumentException($"{name} has {entry.Buffer.Bytes} bytes and not {bytes}", nameof(name));
            entry.Users++;
            return entry.Buffer;
        }
    }

    /// <summary>Writes the constant of a name that has been taken, unless an earlier call has; whoever comes meanwhile waits.</summary>
    public void WriteOnce(string name, Action<DeviceBuffer> write)
    {
        Entry entry;
        lock (_lock) entry = _entries[name];
        lock (entry.Writing)
        {
            if (entry.IsWritten) return;
            write(entry.Buffer);
            entry.IsWritten = true;
        }
    }

    /// <summary>Gives a buffer back.</summary>
    public void Release(string name)
    {
        lock (_lock)
        {
            Entry entry = _entries[name];
            if (--entry.Users > 0) return;
            _entries.Remove(name);
            entry.Buffer.Dispose();
        }
    }
}
