using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hlx.Values;

/// <summary>
/// BLAKE3 in its hash mode with a 32-byte digest (O'Connor, Aumasson, Neves, Wilcox-O'Hearn: "BLAKE3, one function, fast
/// everywhere"). A message is cut into chunks of 1024 bytes, which are the leaves of a binary tree.
/// </summary>
public static class Blake3
{
    /// <summary>The size of a digest in bytes.</summary>
    public const int DigestBytes = 32;

    private const int BlockBytes = 64;
    private const int ChunkBytes = 1024;

    [Flags]
    private enum Domain : uint
    {
        None = 0,
        ChunkStart = 1,
        ChunkEnd = 2,
        Parent = 4,
        Root = 8,
    }

    private static ReadOnlySpan<uint> InitialState =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    // Row r is the message permutation of the paper (section 2.2) applied r times.
    private static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8,
        3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1,
        10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6,
        12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4,
        9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7,
        11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13,
    ];

    /// <summary>Hashes a message.</summary>
    /// <param name="message">The message, of any length.</param>
    /// <param name="digest">Receives <see cref="DigestBytes"/> bytes.</param>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        Span<uint> root = stackalloc uint[8];
        if (message.Length <= ChunkBytes) HashChunk(message, 0, Domain.Root, root);
        else HashParent(message, 0, Domain.Root, root);
        for (int i = 0; i < 8; i++) BinaryPrimitives.WriteUInt32LittleEndian(digest[(4 * i)..], root[i]);
    }

    // The left subtree is the largest power of two of chunks that leaves at least one byte for the right one.
    private static void HashSubtree(ReadOnlySpan<byte> message, ulong chunk, Span<uint> value)
    {
        if (message.Length <= ChunkBytes) HashChunk(message, chunk, Domain.None, value);
        else HashParent(message, chunk, Domain.None, value);
    }

    private static void HashParent(ReadOnlySpan<byte> message, ulong chunk, Domain flags, Span<uint> value)
    {
        int left = (int)BitOperations.RoundUpToPowerOf2((uint)((message.Length + 1) / 2));
        left = Math.Max(left, ChunkBytes);
        if (left >= message.Length) left /= 2;
        Span<uint> children = stackalloc uint[16];
        HashSubtree(message[..left], chunk, children[..8]);
        HashSubtree(message[left..], chunk + (ulong)(left / ChunkBytes), children[8..]);
        InitialState.CopyTo(value);
        Compress(value, children, 0, BlockBytes, Domain.Parent | flags);
    }

    private static void HashChunk(ReadOnlySpan<byte> message, ulong chunk, Domain flags, Span<uint> value)
    {
        Span<uint> words = stackalloc uint[16];
        Span<byte> block = stackalloc byte[BlockBytes];
        InitialState.CopyTo(value);
        Domain start = Domain.ChunkStart;
        while (message.Length > BlockBytes)
        {
            ReadWords(message[..BlockBytes], words);
            Compress(value, words, chunk, BlockBytes, start);
            start = Domain.None;
            message = message[BlockBytes..];
        }
        block.Clear();
        message.CopyTo(block);
        ReadWords(block, words);
        Compress(value, words, chunk, (uint)message.Length, start | Domain.ChunkEnd | flags);
    }

    private static void ReadWords(ReadOnlySpan<byte> block, Span<uint> words)
    {
        for (int i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
    }

    private static void Compress(Span<uint> value, ReadOnlySpan<uint> m, ulong counter, uint length, Domain flags)
    {
        uint v0 = value[0], v1 = value[1], v2 = value[2], v3 = value[3], v4 = value[4], v5 = value[5], v6 = value[6], v7 = value[7];
        uint v8 = InitialState[0], v9 = InitialState[1], v10 = InitialState[2], v11 = InitialState[3];
        uint v12 = (uint)counter, v13 = (uint)(counter >> 32), v14 = length, v15 = (uint)flags;

        for (int round = 0; round < 7; round++)
        {
            ReadOnlySpan<byte> s = Schedule.Slice(16 * round, 16);
            Mix(ref v0, ref v4, ref v8, ref v12, m[s[0]], m[s[1]]);
            Mix(ref v1, ref v5, ref v9, ref v13, m[s[2]], m[s[3]]);
            Mix(ref v2, ref v6, ref v10, ref v14, m[s[4]], m[s[5]]);
            Mix(ref v3, ref v7, ref v11, ref v15, m[s[6]], m[s[7]]);
            Mix(ref v0, ref v5, ref v10, ref v15, m[s[8]], m[s[9]]);
            Mix(ref v1, ref v6, ref v11, ref v12, m[s[10]], m[s[11]]);
            Mix(ref v2, ref v7, ref v8, ref v13, m[s[12]], m[s[13]]);
            Mix(ref v3, ref v4, ref v9, ref v14, m[s[14]], m[s[15]]);
        }

        value[0] = v0 ^ v8;
        value[1] = v1 ^ v9;
        value[2] = v2 ^ v10;
        value[3] = v3 ^ v11;
        value[4] = v4 ^ v12;
        value[5] = v5 ^ v13;
        value[6] = v6 ^ v14;
        value[7] = v7 ^ v15;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref uint a, ref uint b, ref uint c, ref uint d, uint x, uint y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 12);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 8);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 7);
    }
}
