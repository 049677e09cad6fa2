using System.Runtime.InteropServices;

namespace Hlx.Vulkan.Tests;

public sealed unsafe class StreamingCopyTests
{
    private const int Line = 64, Most = 300;

    [Fact]
    public void Every_length_from_every_place_arrives_and_nothing_beyond_it()
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc(Most + Line, Line);
        try
        {
            Span<byte> target = new(memory, Most + Line);
            byte[] source = new byte[Most + Line];
            new Random(1).NextBytes(source);
            for (int offset = 0; offset < Line; offset++)
            {
                for (int length = 0; length <= Most; length++)
                {
                    target.Fill(0xa5);
                    StreamingCopy.Copy(source.AsSpan(offset, length), target[..length]);
                    Assert.Equal(source.AsSpan(offset, length), target[..length]);
                    Assert.Equal(-1, target[length..].IndexOfAnyExcept((byte)0xa5));
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }
}
