using System.Globalization;
using Hlx.Store;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>What the contract types share when they become values and come back.</summary>
internal static class ContractValues
{
    public static HlxValue Wrap(int id, List<(string, HlxValue)> fields) =>
        HlxValue.Object((id.ToString(CultureInfo.InvariantCulture), HlxValue.Object([.. fields])));

    public static HlxObject Unwrap(int id, HlxValue value)
    {
        ContractSchema? schema = ContractValidator.Validate(value);
        if (schema?.Id != id)
        {
            throw new HlxException(
                ErrorCode.ContractStructure, $"the value is contract {ContractValidator.IdOf(value)} where {id} is needed", $"Pass a contract {id}");
        }
        return value.AsObject().Values[0].AsObject();
    }

    public static HlxValue Handles(IEnumerable<Handle> handles) => HlxValue.Array([.. handles.Select(HlxValue.From)]);

    public static IReadOnlyList<Handle> Handles(HlxObject fields, string name) =>
        fields.TryGet(name, out HlxValue items) ? [.. items.AsArray().ToArray().Select(item => item.AsHandle())] : [];

    public static string Text(HlxObject fields, string name) => fields.TryGet(name, out HlxValue text) ? text.AsText() : "";

    public static HlxValue Extents(Extent3 extents) => HlxValue.Array(extents.X, extents.Y, extents.Z);

    public static Extent3 Extents(HlxValue value) =>
        new((uint)value.AsArray()[0].AsInt(), (uint)value.AsArray()[1].AsInt(), (uint)value.AsArray()[2].AsInt());
}
