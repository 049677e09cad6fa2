using System.Globalization;
using System.Text;
using Hlx.Spirv;

namespace Hlx.Cli;

/// <summary>What reflection found in a module, for people and for programs.</summary>
internal static class ShaderReport
{
    public static string Text(SpirvModule module)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"SPIR-V {module.Version}, {module.Bytes.Length} bytes\n");
        foreach (EntryPoint entry in module.EntryPoints)
            text.Append(CultureInfo.InvariantCulture, $"entry point   {entry.Name} ({entry.Model}) workgroup {string.Join("×", entry.LocalSize.Select(Extent))}\n");
        foreach (DescriptorBinding binding in module.Bindings)
        {
            string access = binding.IsReadOnly ? "read-only" : binding.IsWriteOnly ? "write-only" : "read-write";
            text.Append(CultureInfo.InvariantCulture, $"binding {binding.Set}.{binding.Binding}   {binding.Name} {(binding.IsStorageBuffer ? "storage buffer" : binding.Class)} {access}\n");
        }
        foreach (BlockMember member in module.PushConstants)
            text.Append(CultureInfo.InvariantCulture, $"push constant {member.Name} {member.Type} at {member.Offset}\n");
        foreach (SpecializationConstant constant in module.SpecializationConstants)
            text.Append(CultureInfo.InvariantCulture, $"constant {constant.Id}    {constant.Name} {constant.Type} = {constant.Default}\n");
        DeterminismClaim claim = AdmissionLint.Judge(module);
        text.Append(CultureInfo.InvariantCulture, $"determinism   {claim.Level.Name()}{Because(claim)}\n");
        text.Append(CultureInfo.InvariantCulture, $"shared memory {module.SharedMemoryBytes(new Dictionary<uint, ulong>())} bytes\n");
        text.Append(CultureInfo.InvariantCulture, $"capabilities  {string.Join(", ", module.Capabilities)}");
        if (module.Extensions.Count > 0) text.Append(CultureInfo.InvariantCulture, $"\nextensions    {string.Join(", ", module.Extensions)}");
        return text.ToString();
    }

    public static HlxValue Value(SpirvModule module) => HlxValue.Object(
        ("version", module.Version.ToString()),
        ("bytes", module.Bytes.Length),
        ("entry_points", Array(module.EntryPoints, entry => HlxValue.Object(
            ("name", entry.Name), ("model", entry.Model.ToString()), ("local_size", Array(entry.LocalSize, extent => HlxValue.From(extent.Default))),
            ("local_size_ids", Array(entry.LocalSize, extent => extent.SpecializationId is uint id ? HlxValue.From(id) : HlxValue.Null))))),
        ("bindings", Array(module.Bindings, binding => HlxValue.Object(
            ("set", binding.Set), ("binding", binding.Binding), ("name", binding.Name), ("storage_buffer", binding.IsStorageBuffer),
            ("read_only", binding.IsReadOnly), ("write_only", binding.IsWriteOnly), ("members", Members(binding.Members))))),
        ("push_constants", Members(module.PushConstants)),
        ("specialization_constants", Array(module.SpecializationConstants, constant => HlxValue.Object(
            ("id", constant.Id), ("name", constant.Name), ("type", constant.Type.ToString()), ("default", unchecked((long)constant.Default))))),
        ("determinism", Claim(AdmissionLint.Judge(module))),
        ("shared_memory_bytes", module.SharedMemoryBytes(new Dictionary<uint, ulong>())),
        ("capabilities", Array(module.Capabilities, capability => HlxValue.From(capability.ToString()))),
        ("extensions", Array(module.Extensions, HlxValue.From)));

    private static string Because(DeterminismClaim claim) => claim.Limit is Instruction limit ? $" ({limit} at byte {limit.Offset}: {claim.Reason})" : "";

    private static HlxValue Claim(DeterminismClaim claim) => HlxValue.Object(
        ("level", claim.Level.Name()), ("limit", claim.Limit is Instruction limit ? HlxValue.From($"{limit}") : HlxValue.Null),
        ("offset", claim.Limit is Instruction at ? HlxValue.From(at.Offset) : HlxValue.Null), ("reason", claim.Reason));

    private static HlxValue Members(IEnumerable<BlockMember> members) => Array(members, member => HlxValue.Object(
        ("name", member.Name), ("type", member.Type.ToString()), ("components", member.Components), ("offset", member.Offset),
        ("array_length", member.ArrayLength is uint length ? HlxValue.From(length) : HlxValue.Null), ("array_stride", member.ArrayStride)));

    private static string Extent(LocalExtent extent) =>
        extent.SpecializationId is uint id ? $"{extent.Default} (constant {id})" : $"{extent.Default}";

    private static HlxValue Array<T>(IEnumerable<T> items, Func<T, HlxValue> convert) => HlxValue.Array([.. items.Select(convert)]);
}
