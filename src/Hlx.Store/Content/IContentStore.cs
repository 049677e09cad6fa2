using Hlx.Values;

namespace Hlx.Store;

/// <summary>Immutable objects by content handle. Implementations are safe for many threads.</summary>
public interface IContentStore
{
    /// <summary>Whether an object is there; its content is not checked.</summary>
    bool Contains(Handle handle);

    /// <summary>Reads an object and checks that it hashes to its handle.</summary>
    /// <param name="handle">A content handle.</param>
    /// <param name="content">The bytes, or empty.</param>
    /// <returns>Whether a sound object is there; a corrupt one is set aside and counts as absent.</returns>
    bool TryGet(Handle handle, out ReadOnlyMemory<byte> content);

    /// <summary>Stores objects, all or none; those that are there already are left alone.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.StoreIo"/> if one cannot be written.</exception>
    void Put(params ReadOnlySpan<StoredObject> objects);

    /// <summary>Every object, in ascending order of handles.</summary>
    IEnumerable<ObjectInfo> List();

    /// <summary>Reads and checks every object; sets corrupt ones aside.</summary>
    /// <returns>How many were sound, and the handles of those that were not.</returns>
    VerifyReport Verify();
}

/// <summary>An object of a store.</summary>
/// <param name="Handle">Its handle.</param>
/// <param name="Bytes">Its size in bytes.</param>
public readonly record struct ObjectInfo(Handle Handle, long Bytes);

/// <summary>What a check of the whole store found.</summary>
/// <param name="Sound">The number of objects whose content fits their handle.</param>
/// <param name="Corrupt">The handles of the others, which have been set aside.</param>
public sealed record VerifyReport(int Sound, IReadOnlyList<Handle> Corrupt);
