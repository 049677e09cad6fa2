using System.Collections;

namespace Hlx.Values;

/// <summary>
/// The fields of an object value: distinct text keys, each with a value. They stand in LC-B's order: the numbered fields
/// <c>@0, @1, …</c> by number, then the other keys by code points.
/// </summary>
public sealed class HlxObject : IReadOnlyList<KeyValuePair<string, HlxValue>>, IEquatable<HlxObject>
{
    /// <summary>The object without fields.</summary>
    public static readonly HlxObject Empty = new([], []);

    private readonly string[] _keys;
    private readonly HlxValue[] _values;

    private HlxObject(string[] keys, HlxValue[] values)
    {
        _keys = keys;
        _values = values;
        foreach (ref readonly HlxValue value in values.AsSpan()) ChildDepth = Math.Max(ChildDepth, value.Depth);
    }

    /// <summary>The number of fields.</summary>
    public int Count => _keys.Length;

    /// <summary>The keys, in LC-B's order.</summary>
    public ReadOnlySpan<string> Keys => _keys;

    /// <summary>The values, in the order of their keys.</summary>
    public ReadOnlySpan<HlxValue> Values => _values;

    internal int ChildDepth { get; }

    /// <summary>The field at a position, in LC-B's order.</summary>
    public KeyValuePair<string, HlxValue> this[int index] => new(_keys[index], _values[index]);

    /// <summary>The value of a key.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public HlxValue this[string key] => TryGet(key, out HlxValue value) ? value : throw new KeyNotFoundException(key);

    /// <summary>Looks a key up.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value, or null where there is none.</param>
    /// <returns>Whether the key is there.</returns>
    public bool TryGet(string key, out HlxValue value)
    {
        int index = Array.BinarySearch(_keys, key, FieldOrder.Ascending);
        value = index < 0 ? default : _values[index];
        return index >= 0;
    }

    /// <summary>Creates an object from fields in any order.</summary>
    /// <param name="fields">Distinct keys and their values.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.FieldOrder"/> for a key that occurs twice,
    /// <see cref="ErrorCode.TextInvalid"/> for a key that is not Unicode.</exception>
    public static HlxObject Create(params ReadOnlySpan<(string Key, HlxValue Value)> fields)
    {
        string[] keys = new string[fields.Length];
        HlxValue[] values = new HlxValue[fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            Utf16.RequireValid(fields[i].Key);
            (keys[i], values[i]) = fields[i];
        }
        if (!IsAscending(keys)) Array.Sort(keys, values, FieldOrder.Ascending);
        for (int i = 1; i < keys.Length; i++)
        {
            if (keys[i - 1] == keys[i])
                throw new HlxException(ErrorCode.FieldOrder, $"the key \"{keys[i]}\" occurs twice", "Give each key once");
        }
        return new(keys, values);
    }

    /// <summary>The fields in the order of the text forms: all keys by code points.</summary>
    internal IEnumerable<KeyValuePair<string, HlxValue>> InTextOrder() =>
        Count > 0 && FieldOrder.IsNumbered(_keys[0]) ? this.OrderBy(field => field.Key, Utf16.CodePointOrder) : this;

    /// <summary>Wraps keys that are known to be valid, ascending and distinct.</summary>
    internal static HlxObject FromOwned(string[] keys, HlxValue[] values) => keys.Length == 0 ? Empty : new(keys, values);

    /// <inheritdoc/>
    public bool Equals(HlxObject? other) =>
        other is not null && _keys.AsSpan().SequenceEqual(other._keys) && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HlxObject);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        foreach (string key in _keys) hash.Add(key, StringComparer.Ordinal);
        foreach (HlxValue value in _values) hash.Add(value);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, HlxValue>> GetEnumerator()
    {
        for (int i = 0; i < _keys.Length; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsAscending(string[] keys)
    {
        for (int i = 1; i < keys.Length; i++)
        {
            if (FieldOrder.Compare(keys[i - 1], keys[i]) > 0) return false;
        }
        return true;
    }
}
