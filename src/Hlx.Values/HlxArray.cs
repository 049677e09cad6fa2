using System.Collections;
using System.Runtime.CompilerServices;

namespace Hlx.Values;

/// <summary>The elements of an array value. Arrays of floats alone may be kept packed, eight bytes each.</summary>
public readonly struct HlxArray : IReadOnlyList<HlxValue>, IEquatable<HlxArray>
{
    private readonly object _items; // HlxValue[], or double[] for floats alone

    internal HlxArray(object items) => _items = items;

    /// <summary>The number of elements.</summary>
    public int Length => Unsafe.As<Array>(_items).Length;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Length == 0;

    int IReadOnlyCollection<HlxValue>.Count => Length;

    /// <summary>The element at a position.</summary>
    public HlxValue this[int index] =>
        _items is double[] floats ? HlxValue.FromCheckedFloat(floats[index]) : Unsafe.As<HlxValue[]>(_items)[index];

    /// <summary>The values, where the array is not packed.</summary>
    internal ReadOnlySpan<HlxValue> Values => Unsafe.As<HlxValue[]>(_items);

    /// <summary>The numbers, where the array is packed.</summary>
    /// <returns>Whether it is.</returns>
    internal bool TryGetFloats(out ReadOnlySpan<double> floats)
    {
        floats = _items as double[];
        return _items is double[];
    }

    /// <summary>The elements, copied.</summary>
    public HlxValue[] ToArray()
    {
        if (!TryGetFloats(out ReadOnlySpan<double> floats)) return Values.ToArray();
        HlxValue[] copy = new HlxValue[floats.Length];
        for (int i = 0; i < copy.Length; i++) copy[i] = HlxValue.FromCheckedFloat(floats[i]);
        return copy;
    }

    /// <summary>Enumerates the elements.</summary>
    public IEnumerator<HlxValue> GetEnumerator()
    {
        for (int i = 0; i < Length; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(HlxArray other)
    {
        if (Length != other.Length) return false;
        for (int i = 0; i < Length; i++)
        {
            if (this[i] != other[i]) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HlxArray other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        for (int i = 0; i < Length; i++) hash.Add(this[i]);
        return hash.ToHashCode();
    }

    /// <summary>Equality of all elements.</summary>
    public static bool operator ==(HlxArray left, HlxArray right) => left.Equals(right);

    /// <summary>Inequality of some element.</summary>
    public static bool operator !=(HlxArray left, HlxArray right) => !left.Equals(right);
}
