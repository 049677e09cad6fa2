using System.Globalization;
using Hlx.Values;

namespace Hlx.Store;

/// <summary>
/// The contract validator (CONTRACT_805). A contract is an object whose one key is its number: <c>{"901":{…}}</c>. Contracts that
/// HLX does not know pass: transport does not interpret.
/// </summary>
public static class ContractValidator
{
    private const int FirstKernelContract = 900;

    /// <summary>The number of a contract.</summary>
    /// <param name="value">Any value.</param>
    /// <returns>The number, or null if the value does not have the form of a contract.</returns>
    public static int? IdOf(HlxValue value) =>
        value.Kind == HlxKind.Object && value.AsObject() is { Count: 1 } fields
            && int.TryParse(fields.Keys[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            && id.ToString(CultureInfo.InvariantCulture) == fields.Keys[0]
            ? id
            : null;

    /// <summary>Validates a contract.</summary>
    /// <param name="value">A contract.</param>
    /// <returns>Its schema, or null if HLX does not know its number.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.ContractStructure"/>, <see cref="ErrorCode.ContractFieldMissing"/>,
    /// <see cref="ErrorCode.ContractFieldType"/>, <see cref="ErrorCode.ContractFieldUnknown"/>,
    /// <see cref="ErrorCode.ContractFieldValue"/>.</exception>
    public static ContractSchema? Validate(HlxValue value)
    {
        if (IdOf(value) is not int id)
            throw new HlxException(ErrorCode.ContractStructure, "the value is not a contract", "Wrap the fields in an object with the contract number as its key");
        HlxValue inner = value.AsObject().Values[0];
        if (inner.Kind != HlxKind.Object)
            throw new HlxException(ErrorCode.ContractStructure, $"contract {id} holds {inner.Describe()} instead of fields", "Give the fields as an object");
        if (!ContractSchemas.ById.TryGetValue(id, out ContractSchema? schema)) return null;
        foreach (ContractField field in schema.Fields) ValidateField(schema, field, inner.AsObject());
        if (schema.IsClosed) RefuseUnknownFields(schema, inner.AsObject());
        return schema;
    }

    /// <summary>Validates a value if it is a contract from 900 on that HLX knows; any other value passes.</summary>
    /// <inheritdoc cref="Validate(HlxValue)"/>
    public static void ValidateKernelContract(HlxValue value)
    {
        if (IdOf(value) is int id and >= FirstKernelContract && ContractSchemas.ById.ContainsKey(id)) Validate(value);
    }

    internal static bool Fits(HlxValue value, FieldType type) => type switch
    {
        FieldType.Bool => value.Kind == HlxKind.Bool,
        FieldType.Int => value.Kind == HlxKind.Int,
        FieldType.Float => value.Kind is HlxKind.Float or HlxKind.Int,
        FieldType.Text => value.Kind == HlxKind.Text && !value.IsHandle,
        FieldType.TextOrHandle => value.Kind == HlxKind.Text,
        FieldType.Bytes => value.Kind == HlxKind.Bytes,
        FieldType.ArrayOrBytes => value.Kind is HlxKind.Array or HlxKind.Bytes,
        FieldType.Array => value.Kind == HlxKind.Array,
        FieldType.Object => value.Kind == HlxKind.Object,
        _ => value.IsHandle,
    };

    private static void ValidateField(ContractSchema schema, ContractField field, HlxObject fields)
    {
        string name = $"{schema.Name} ({schema.Id}) field \"{field.Name}\"";
        if (!fields.TryGet(field.Name, out HlxValue value))
        {
            if (field.IsRequired) throw new HlxException(ErrorCode.ContractFieldMissing, $"{name} is missing", $"Add it, of kind {field.Type}");
            return;
        }
        if (!Fits(value, field.Type))
            throw new HlxException(ErrorCode.ContractFieldType, $"{name} is {value.Describe()}", $"Give it the kind {field.Type}");
        if (field.Check?.Invoke(value) is string wrong)
            throw new HlxException(ErrorCode.ContractFieldValue, $"{name} is not valid: {wrong}", "Correct the field");
    }

    private static void RefuseUnknownFields(ContractSchema schema, HlxObject fields)
    {
        foreach (string key in fields.Keys)
        {
            if (schema.Fields.Any(field => field.Name == key)) continue;
            throw new HlxException(
                ErrorCode.ContractFieldUnknown, $"{schema.Name} ({schema.Id}) has no field \"{key}\"",
                $"Its fields are {string.Join(", ", schema.Fields.Select(field => field.Name))}");
        }
    }
}
