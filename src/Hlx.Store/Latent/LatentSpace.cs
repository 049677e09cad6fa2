using System.Runtime.InteropServices;
using Hlx.Values;

namespace Hlx.Store;

/// <summary>
/// The latent-space operations (CONTRACT_803): collapse a value to its handle, resolve a handle to its value, snapshot the table of
/// handles, and transactions that store all or nothing.
/// </summary>
/// <param name="store">Where objects are kept.</param>
/// <param name="ledger">Where executions and facts are kept.</param>
public sealed class LatentSpace(IContentStore store, Ledger ledger) : IDisposable
{
    private const string SnapshotFact = "snapshot";
    private const string LedgerFile = "ledger.sqlite";

    private bool _isDisposed;

    /// <summary>Where objects are kept.</summary>
    /// <exception cref="ObjectDisposedException">The space is closed.</exception>
    public IContentStore Store
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return store;
        }
    }

    /// <summary>Where executions and facts are kept.</summary>
    /// <exception cref="ObjectDisposedException">The space is closed.</exception>
    public Ledger Ledger
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return ledger;
        }
    }

    /// <summary>Opens or creates a space in a folder.</summary>
    /// <param name="folder">The folder; <see cref="DefaultFolder"/> if null.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.StoreIo"/> if it cannot be used.</exception>
    public static LatentSpace Open(string? folder = null)
    {
        DirectoryContentStore store = new(folder ?? DefaultFolder);
        return new(store, Ledger.Open(Path.Combine(store.Root, LedgerFile)));
    }

    /// <summary>Whether a folder holds a space.</summary>
    /// <param name="folder">The folder.</param>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, LedgerFile));

    /// <summary>A space in memory.</summary>
    public static LatentSpace InMemory() => new(new MemoryContentStore(), Ledger.InMemory());

    /// <summary>The folder named by <c>HLX_STORE</c>, else <c>hlx/store</c> in the user's data folder.</summary>
    public static string DefaultFolder => Environment.GetEnvironmentVariable("HLX_STORE") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "hlx", "store");

    /// <summary>Stores a value.</summary>
    /// <param name="value">The value. Contracts 900–950 are validated.</param>
    /// <returns>Its handle.</returns>
    /// <exception cref="HlxException">As <see cref="ContractValidator.Validate"/>; <see cref="ErrorCode.StoreIo"/>.</exception>
    public Handle Collapse(HlxValue value)
    {
        ContractValidator.ValidateKernelContract(value);
        StoredObject stored = StoredObject.Of(value);
        Store.Put(stored);
        return stored.Handle;
    }

    /// <summary>Stores a tensor: its data as a blob and its CONTRACT_950 value.</summary>
    /// <returns>The handle of the CONTRACT_950 value.</returns>
    public Handle Collapse(Tensor tensor)
    {
        StoredObject contract = StoredObject.Of(HlxValue.From(tensor));
        Store.Put(StoredObject.OfData(tensor), contract);
        return contract.Handle;
    }

    /// <summary>Stores raw bytes.</summary>
    /// <returns>Their blob handle.</returns>
    public Handle CollapseBlob(ReadOnlyMemory<byte> bytes)
    {
        StoredObject stored = StoredObject.OfBlob(bytes);
        Store.Put(stored);
        return stored.Handle;
    }

    /// <summary>The value of a handle.</summary>
    /// <param name="handle">A value handle; for a blob handle the result is its bytes.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.HandleInvalid"/>, <see cref="ErrorCode.HandleNotFound"/>.</exception>
    public HlxValue Resolve(Handle handle)
    {
        ReadOnlyMemory<byte> content = ResolveBytes(handle);
        if (!handle.IsBlob) return Lcb.Decode(content.Span);
        return MemoryMarshal.TryGetArray(content, out ArraySegment<byte> whole) && whole.Offset == 0 && whole.Count == whole.Array!.Length
            ? HlxValue.FromOwned(whole.Array)
            : HlxValue.Bytes(content.Span);
    }

    /// <summary>The stored bytes of a handle: LC-B for a value, the raw bytes for a blob.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.HandleInvalid"/>, <see cref="ErrorCode.HandleNotFound"/>.</exception>
    public ReadOnlyMemory<byte> ResolveBytes(Handle handle)
    {
        _ = Handle.Parse(handle.Text);
        return Store.TryGet(handle, out ReadOnlyMemory<byte> content) ? content : throw new HlxException(
            ErrorCode.HandleNotFound, $"{handle} is not in the store", "Collapse the value first, or set HLX_STORE to the store that has it");
    }

    /// <summary>The tensor of a handle: a CONTRACT_950 value with its data, or nested arrays of numbers as f32.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TensorInvalid"/>, <see cref="ErrorCode.HandleNotFound"/>.</exception>
    public Tensor ResolveTensor(Handle handle)
    {
        HlxValue value = Resolve(handle);
        if (ContractValidator.IdOf(value) != Tensor.ContractId) return NestedArrays.ToTensor(value);
        ContractValidator.Validate(value);
        HlxObject fields = value.AsObject().Values[0].AsObject();
        int[] shape = [.. fields["shape"].AsArray().ToArray().Select(extent => checked((int)extent.AsInt()))];
        Handle data = fields["data"].AsHandle();
        return Tensor.FromStored(DTypes.Parse(fields["dtype"].AsText()), shape, ResolveBytes(data), data);
    }

    /// <summary>Collapses the table of all handles, snapshots excepted: equal contents have equal snapshots.</summary>
    /// <returns>The handle of a value <c>{"801":{"handles":[…]}}</c> with the handles in ascending order.</returns>
    public Handle Snapshot()
    {
        HashSet<Handle> snapshots = [.. Ledger.ListFact(SnapshotFact)];
        HlxValue[] handles = [.. Store.List().Select(item => item.Handle).Where(handle => !snapshots.Contains(handle)).Select(handle => HlxValue.From(handle))];
        Handle snapshot = Collapse(HlxValue.Object(("801", HlxValue.Object(("handles", HlxValue.Array(handles))))));
        Ledger.RecordFact(snapshot, SnapshotFact, "");
        return snapshot;
    }

    /// <summary>Starts a transaction.</summary>
    public LatentTransaction BeginTransaction()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        ledger.Dispose();
    }
}
