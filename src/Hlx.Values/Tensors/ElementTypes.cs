namespace Hlx.Values;

/// <summary>Which .NET types stand for which elements of tensors.</summary>
internal static class ElementTypes
{
    /// <summary>Refuses a .NET type whose numbers are not those of the elements, and which is not the unsigned integer of their size.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/>.</exception>
    public static void Require<T>(DType type)
        where T : unmanaged
    {
        if (typeof(T) == NumberOf(type) || typeof(T) == BitsOf(type)) return;
        Type? number = NumberOf(type);
        string own = number is null || number == BitsOf(type) ? BitsOf(type).Name : $"{number.Name}, or {BitsOf(type).Name} for their bits";
        throw new HlxException(
            ErrorCode.TypeMismatch, $"elements of {type.Name()} are not {typeof(T).Name}", $"Use {own}, and convert the numbers yourself where they are others");
    }

    private static Type? NumberOf(DType type) => type switch
    {
        DType.F16 => typeof(Half),
        DType.F32 => typeof(float),
        DType.F64 => typeof(double),
        DType.I8 => typeof(sbyte),
        DType.I16 => typeof(short),
        DType.I32 => typeof(int),
        DType.I64 => typeof(long),
        _ => null,
    };

    private static Type BitsOf(DType type) => type.Size() switch
    {
        1 => typeof(byte),
        2 => typeof(ushort),
        4 => typeof(uint),
        _ => typeof(ulong),
    };
}
