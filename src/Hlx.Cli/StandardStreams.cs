namespace Hlx.Cli;

/// <summary>
/// The standard streams of a command: data that cannot be written is an error that names standard output, and a note that nobody can read
/// stops nothing.
/// </summary>
internal static class StandardStreams
{
    /// <summary>Puts these streams in the place of the console's.</summary>
    public static void Install()
    {
        Console.SetOut(new StreamWriter(OpenOutput(), Console.OutputEncoding) { AutoFlush = true });
        Console.SetError(new StreamWriter(new Guarded(Console.OpenStandardError, Ignore), Console.OutputEncoding) { AutoFlush = true });
    }

    /// <summary>Standard output, as bytes.</summary>
    public static Stream OpenOutput() => new Guarded(Console.OpenStandardOutput, Refuse);

    private static void Ignore(Exception failure)
    {
    }

    private static void Refuse(Exception failure)
    {
        if (OutputFile.IsBrokenPipe(failure)) throw new IOException(failure.Message, failure) { HResult = failure.HResult };
        string why = (failure.InnerException ?? failure).Message.TrimEnd('.');
        throw new HlxException(
            ErrorCode.FileIo, $"standard output cannot be written ({why})", "Check where it goes to, and the free space there", inner: failure);
    }

    // Opened when it is needed: one that is closed fails there already.
    private sealed class Guarded(Func<Stream> open, Action<Exception> onFailure) : Stream
    {
        private Stream? _inner;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                (_inner ??= open()).Write(buffer);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                onFailure(failure);
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
