using Hlx.Testing;

namespace Hlx.Store.Tests;

/// <summary>What every content store does.</summary>
public abstract class ContentStoreTests
{
    private protected abstract IContentStore Store { get; }

    [Fact]
    public void What_is_put_is_found_under_its_handle()
    {
        StoredObject item = StoredObject.Of(HlxValue.From("hello"));
        Assert.False(Store.Contains(item.Handle));
        Assert.False(Store.TryGet(item.Handle, out _));
        Store.Put(item);
        Assert.True(Store.Contains(item.Handle));
        Assert.True(Store.TryGet(item.Handle, out ReadOnlyMemory<byte> content));
        Assert.Equal(item.Content.ToArray(), content.ToArray());
    }

    [Fact]
    public void Putting_twice_changes_nothing()
    {
        StoredObject item = StoredObject.OfBlob(new byte[] { 1, 2, 3 });
        Store.Put(item);
        Store.Put(item, item);
        Assert.Equal([new ObjectInfo(item.Handle, 3)], Store.List());
    }

    [Fact]
    public void The_list_is_ordered_and_whole()
    {
        StoredObject[] items = [.. Enumerable.Range(0, 20).Select(i => StoredObject.Of(i)), StoredObject.OfBlob(new byte[5]), StoredObject.Of("x")];
        Store.Put(items);
        Assert.Equal(items.Select(item => item.Handle).Order(), Store.List().Select(info => info.Handle));
        Assert.Equal(new VerifyReport(22, []).Sound, Store.Verify().Sound);
    }

    [Fact]
    public void Handles_that_name_no_content_are_absent()
    {
        Assert.False(Store.Contains(new Handle("&h_buf_in")));
        Assert.False(Store.TryGet(new Handle("&h_../../etc/passwd"), out _));
    }

    [Fact]
    public void Many_threads_may_put_the_same_objects()
    {
        StoredObject[] items = [.. Enumerable.Range(0, 30).Select(i => StoredObject.Of(i))];
        Parallel.For(0, 8, _ =>
        {
            foreach (StoredObject item in items) Store.Put(item);
        });
        Assert.Equal(30, Store.Verify().Sound);
    }
}

public sealed class MemoryContentStoreTests : ContentStoreTests
{
    private protected override IContentStore Store { get; } = new MemoryContentStore();
}

public sealed class DirectoryContentStoreTests : ContentStoreTests, IDisposable
{
    private readonly TempFolder _folder = new();

    public DirectoryContentStoreTests() => Store = new DirectoryContentStore(_folder.Path);

    private protected override IContentStore Store { get; }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Another_process_sees_what_was_put()
    {
        StoredObject item = StoredObject.Of(1.5);
        Store.Put(item);
        Assert.True(new DirectoryContentStore(_folder.Path).TryGet(item.Handle, out _));
    }

    [Fact]
    public void Every_flipped_bit_and_truncation_is_a_miss_and_goes_to_quarantine()
    {
        StoredObject item = StoredObject.Of("a value");
        Store.Put(item);
        string path = PathOf(item);
        byte[] sound = File.ReadAllBytes(path);
        for (int bit = 0; bit < 8 * sound.Length; bit++)
        {
            byte[] damaged = [.. sound];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            RefusesAndHeals(damaged);
        }
        for (int length = 0; length < sound.Length; length++) RefusesAndHeals(sound[..length]);
        Assert.Equal(9 * sound.Length, Directory.GetFiles(_folder["quarantine"]).Length);

        void RefusesAndHeals(byte[] damaged)
        {
            File.WriteAllBytes(path, damaged);
            Assert.False(Store.TryGet(item.Handle, out _));
            Assert.False(Store.Contains(item.Handle));
            Store.Put(item);
            Assert.True(Store.TryGet(item.Handle, out _));
        }
    }

    [Fact]
    public void Verify_names_what_is_corrupt()
    {
        StoredObject good = StoredObject.Of(1), bad = StoredObject.Of(2);
        Store.Put(good, bad);
        File.WriteAllBytes(PathOf(bad), good.Content.ToArray());
        VerifyReport report = Store.Verify();
        Assert.Equal(1, report.Sound);
        Assert.Equal([bad.Handle], report.Corrupt);
        Assert.Empty(Store.Verify().Corrupt);
    }

    [Fact]
    public void Bytes_of_another_kind_are_refused_under_a_value_handle()
    {
        // The same bytes under a wrong tag hash alike; the tag is part of what is checked.
        StoredObject item = StoredObject.Of(1);
        Handle other = new(item.Handle.Text.Replace("_int_", "_float_", StringComparison.Ordinal));
        Assert.False(StoredObject.Matches(other, item.Content.Span));
    }

    [Fact]
    public void A_marked_commit_is_completed_at_the_next_opening()
    {
        StoredObject first = StoredObject.Of("first"), second = StoredObject.Of("second");
        string staged = _folder["staging/interrupted"];
        Directory.CreateDirectory(staged);
        File.WriteAllBytes(Path.Combine(staged, first.Handle.Text), first.Content.ToArray());
        File.WriteAllBytes(Path.Combine(staged, second.Handle.Text), second.Content.ToArray());
        Assert.Empty(new DirectoryContentStore(_folder.Path).List());
        File.WriteAllBytes(Path.Combine(staged, "commit"), []);
        Assert.Equal(2, new DirectoryContentStore(_folder.Path).Verify().Sound);
        Assert.Empty(Directory.GetDirectories(_folder["staging"]));
    }

    [Fact]
    public void An_abandoned_commit_is_dropped_when_it_is_old()
    {
        string staged = _folder["staging/abandoned"];
        Directory.CreateDirectory(staged);
        _ = new DirectoryContentStore(_folder.Path);
        Assert.True(Directory.Exists(staged));
        Directory.SetLastWriteTimeUtc(staged, DateTime.UtcNow.AddHours(-2));
        _ = new DirectoryContentStore(_folder.Path);
        Assert.False(Directory.Exists(staged));
    }

    [Fact]
    public void A_failed_put_leaves_nothing()
    {
        // A file where the shard folder must be makes the write fail.
        StoredObject item = StoredObject.Of("x");
        Directory.CreateDirectory(_folder["objects"]);
        File.WriteAllText(_folder["staging"], "in the way");
        HlxAssert.Refuses(ErrorCode.StoreIo, () => Store.Put(item));
        File.Delete(_folder["staging"]);
        Assert.Empty(Store.List());
        Store.Put(item);
        Assert.Single(Store.List());
    }

    [Fact]
    public void A_root_that_is_a_file_is_refused()
    {
        File.WriteAllText(_folder["file"], "");
        HlxAssert.Refuses(ErrorCode.StoreIo, () => _ = new DirectoryContentStore(_folder["file"]));
    }

    private string PathOf(StoredObject item) => _folder[$"objects/{item.Handle.Tag}/{item.Handle.Digest[..2]}/{item.Handle.Digest}"];
}
