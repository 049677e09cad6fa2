using Hlx.Values;

namespace Hlx.Store;

/// <summary>Values that are stored together at <see cref="Commit"/>, or not at all. For one thread.</summary>
public sealed class LatentTransaction : IDisposable
{
    private readonly LatentSpace _space;
    private readonly Dictionary<Handle, StoredObject> _pending = [];
    private bool _ended;

    internal LatentTransaction(LatentSpace space) => _space = space;

    /// <summary>Adds a value.</summary>
    /// <returns>Its handle, which this transaction resolves at once and the space after the commit.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.TransactionEnded"/>; as <see cref="ContractValidator.Validate"/>.</exception>
    public Handle Collapse(HlxValue value)
    {
        RequireOpen();
        ContractValidator.ValidateKernelContract(value);
        return Add(StoredObject.Of(value));
    }

    /// <summary>Adds a tensor with its data.</summary>
    /// <inheritdoc cref="Collapse(HlxValue)"/>
    public Handle Collapse(Tensor tensor)
    {
        RequireOpen();
        Add(StoredObject.OfData(tensor));
        return Add(StoredObject.Of(HlxValue.From(tensor)));
    }

    /// <summary>The value of a handle, also of one added here.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TransactionEnded"/>, <see cref="ErrorCode.HandleNotFound"/>.</exception>
    public HlxValue Resolve(Handle handle)
    {
        RequireOpen();
        if (!_pending.TryGetValue(handle, out StoredObject pending)) return _space.Resolve(handle);
        return handle.IsBlob ? HlxValue.Bytes(pending.Content.Span) : Lcb.Decode(pending.Content.Span);
    }

    /// <summary>Stores everything that was added, or nothing.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TransactionEnded"/>, <see cref="ErrorCode.StoreIo"/>.</exception>
    public void Commit()
    {
        RequireOpen();
        _space.Store.Put([.. _pending.Values]);
        _ended = true;
    }

    /// <summary>Ends the transaction; what was not committed is dropped.</summary>
    public void Dispose() => _ended = true;

    private Handle Add(StoredObject stored)
    {
        _pending[stored.Handle] = stored;
        return stored.Handle;
    }

    private void RequireOpen()
    {
        if (_ended) throw new HlxException(ErrorCode.TransactionEnded, "the transaction has ended", "Begin another one");
    }
}
