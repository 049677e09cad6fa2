using System.Collections;

namespace Hlx.Values;

public readonly partial struct HlxValue
{
    /// <summary>A bool.</summary>
    public static HlxValue From(bool value) => new(HlxKind.Bool, value ? 1 : 0);

    /// <summary>An int.</summary>
    public static HlxValue From(long value) => new(HlxKind.Int, value);

    /// <summary>A float; −0.0 becomes +0.0.</summary>
    /// <param name="value">A finite number.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.FloatSpecial"/> for NaN and infinities.</exception>
    public static HlxValue From(double value)
    {
        if (!double.IsFinite(value))
            throw new HlxException(ErrorCode.FloatSpecial, "NaN and infinities have no HLX value", "Replace them before encoding");
        return new(HlxKind.Float, value == 0 ? 0 : BitConverter.DoubleToInt64Bits(value));
    }

    /// <summary>A text, or a handle if it starts with <c>&amp;h_</c>.</summary>
    /// <param name="text">Valid Unicode.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.TextInvalid"/> for a lone surrogate.</exception>
    public static HlxValue From(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Utf16.RequireValid(text);
        return FromValidText(text);
    }

    /// <summary>A handle.</summary>
    public static HlxValue From(Handle handle) => From(handle.Text);

    /// <summary>Bytes, copied.</summary>
    public static HlxValue Bytes(ReadOnlySpan<byte> bytes) => FromOwned(bytes.ToArray());

    /// <summary>An array, copied.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DepthExceeded"/> if it nests too deep.</exception>
    public static HlxValue Array(params ReadOnlySpan<HlxValue> items) => FromOwned(items.ToArray());

    /// <summary>An object; the fields may come in any order.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.FieldOrder"/> for a key that occurs twice,
    /// <see cref="ErrorCode.DepthExceeded"/> if it nests too deep.</exception>
    public static HlxValue From(HlxObject fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return new(HlxKind.Object, CheckDepth(fields.ChildDepth + 1), fields);
    }

    /// <summary>An object with the given fields, in any order.</summary>
    /// <inheritdoc cref="From(HlxObject)"/>
    public static HlxValue Object(params ReadOnlySpan<(string Key, HlxValue Value)> fields) => From(HlxObject.Create(fields));

    /// <summary>A one-dimensional array of numbers.</summary>
    public static HlxValue From(double[] numbers) => FromNested(numbers);

    /// <summary>A one-dimensional array of numbers.</summary>
    public static HlxValue From(float[] numbers) => FromNested(numbers);

    /// <summary>A matrix as nested arrays, one for each row.</summary>
    public static HlxValue From(double[,] matrix) => FromNested(matrix);

    /// <summary>A matrix as nested arrays, one for each row.</summary>
    public static HlxValue From(float[,] matrix) => FromNested(matrix);

    /// <summary>A tensor as its CONTRACT_950 value; the data is named by handle and has to be stored beside it.</summary>
    public static HlxValue From(Tensor tensor) => (tensor ?? throw new ArgumentNullException(nameof(tensor))).ToContract();

    private static HlxValue FromNested(System.Array source)
    {
        ArgumentNullException.ThrowIfNull(source);
        IEnumerator elements = source.GetEnumerator();
        return Level(0);

        HlxValue Level(int dimension)
        {
            int length = source.GetLength(dimension);
            if (dimension < source.Rank - 1)
            {
                HlxValue[] rows = new HlxValue[length];
                for (int i = 0; i < length; i++) rows[i] = Level(dimension + 1);
                return FromOwned(rows);
            }
            double[] floats = new double[length];
            for (int i = 0; i < length; i++) floats[i] = From(Next()).AsFloat(); // refuses what is not finite, and gives the one zero
            return FromOwned(floats);
        }

        double Next()
        {
            elements.MoveNext();
            return elements.Current is float single ? single : (double)elements.Current;
        }
    }

    /// <summary>A bool.</summary>
    public static implicit operator HlxValue(bool value) => From(value);

    /// <summary>An int.</summary>
    public static implicit operator HlxValue(long value) => From(value);

    /// <summary>An int.</summary>
    public static implicit operator HlxValue(int value) => From((long)value);

    /// <summary>A float.</summary>
    public static implicit operator HlxValue(double value) => From(value);

    /// <summary>A text or handle.</summary>
    public static implicit operator HlxValue(string text) => From(text);

    /// <summary>A handle.</summary>
    public static implicit operator HlxValue(Handle handle) => From(handle);
}
