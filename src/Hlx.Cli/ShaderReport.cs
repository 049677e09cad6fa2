using System.Globalization;
using System.Text;
using Hlx.Spirv;

namespace Hlx.Cli;

/// <summary>What reflection found in a module, for people and for programs.</summary>
internal static class ShaderReport
{
    private const long MostPushConstantBytes = 4096; // far more than any device takes

    public static string Text(SpirvModule module)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"SPIR-V {module.Version}, {module.Bytes.Length} bytes\n");
        foreach (EntryPoint entry in module.EntryPoints) Append(text, module, entry);
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
            ("local_size_ids", Array(entry.LocalSize, extent => extent.SpecializationId is uint id ? HlxValue.From(id) : HlxValue.Null)),
            ("bindings", Bindings(entry.Bindings)), ("push_constant_bytes", entry.PushConstantBytes),
            ("specialization_constants", Array(entry.SpecializationConstants, constant => HlxValue.From(constant.Id))),
            ("shared_memory_bytes", module.SharedMemoryBytes(entry, new Dictionary<uint, ulong>()))))),
        ("bindings", Bindings(module.Bindings)),
        ("push_constants", Members(module.PushConstants)),
        ("specialization_constants", Array(module.SpecializationConstants, constant => HlxValue.Object(
            ("id", constant.Id), ("name", constant.Name), ("type", constant.Type.ToString()), ("default", unchecked((long)constant.Default))))),
        ("determinism", Claim(AdmissionLint.Judge(module))),
        ("shared_memory_bytes", module.SharedMemoryBytes(new Dictionary<uint, ulong>())),
        ("capabilities", Array(module.Capabilities, capability => HlxValue.From(capability.ToString()))),
        ("extensions", Array(module.Extensions, HlxValue.From)));

    private static void Append(StringBuilder text, SpirvModule module, EntryPoint entry)
    {
        text.Append(CultureInfo.InvariantCulture, $"entry point   {entry.Name} ({entry.Model}) workgroup {string.Join("×", entry.LocalSize.Select(Extent))}\n");
        foreach (DescriptorBinding binding in entry.Bindings)
        {
            string count = binding.Count switch { 1 => "", 0 => " of any number", _ => $" × {binding.Count}" };
            text.Append(CultureInfo.InvariantCulture, $"binding {binding.Set}.{binding.Binding}   {binding.Name} {binding.Kind.Name()}{count} {Access(binding)}, {Role(binding)}\n");
        }
        if (entry.PushConstantBytes > MostPushConstantBytes)
        {
            text.Append(CultureInfo.InvariantCulture, $"push constants of {entry.PushConstantBytes} bytes, more than any device takes\n");
            return;
        }
        foreach (BlockScalar scalar in module.PushConstantScalars(entry))
            text.Append(CultureInfo.InvariantCulture, $"push constant {scalar.Path} {scalar.Type} at {scalar.Offset}\n");
    }

    private static string Access(DescriptorBinding binding) => binding.Access switch
    {
        ResourceAccess.Read => "read-only",
        ResourceAccess.Write => "write-only",
        _ => "read-write",
    };

    private static string Role(DescriptorBinding binding) => binding switch
    {
        _ when !binding.Kind.IsBuffer() => "not run by HLX",
        { Access: ResourceAccess.Read } => "input",
        { Access: ResourceAccess.Write } => "output",
        _ => "output that may start from an input",
    };

    private static HlxValue Bindings(IEnumerable<DescriptorBinding> bindings) => Array(bindings, binding => HlxValue.Object(
        ("set", binding.Set), ("binding", binding.Binding), ("name", binding.Name), ("kind", binding.Kind.Name()), ("count", binding.Count),
        ("storage_buffer", binding.IsStorageBuffer), ("access", Access(binding)), ("role", Role(binding)), ("bytes", binding.Bytes),
        ("read_only", binding.IsReadOnly), ("write_only", binding.IsWriteOnly), ("members", Members(binding.Members))));

    private static string Because(DeterminismClaim claim) => claim is { NeedsGuard: true, Guarded: Instruction guarded }
        ? $", guarded ({guarded} at byte {guarded.Offset}: {claim.GuardReason}; HLX defines it, docs/DETERMINISM.md)"
        : claim.Limit is Instruction limit ? $" ({limit} at byte {limit.Offset}: {claim.Reason})" : "";

    private static HlxValue Claim(DeterminismClaim claim) => HlxValue.Object(
        ("level", claim.Level.Name()), ("limit", claim.Limit is Instruction limit ? HlxValue.From($"{limit}") : HlxValue.Null),
        ("offset", claim.Limit is Instruction at ? HlxValue.From(at.Offset) : HlxValue.Null), ("reason", claim.Reason),
        ("guarded", claim.NeedsGuard), ("guard_reason", claim.NeedsGuard ? claim.GuardReason : ""));

    private static HlxValue Members(IEnumerable<BlockMember> members) => Array(members, member => HlxValue.Object(
        ("name", member.Name), ("type", member.Type.ToString()), ("components", member.Components), ("offset", member.Offset),
        ("array_length", member.ArrayLength is uint length ? HlxValue.From(length) : HlxValue.Null), ("array_stride", member.ArrayStride)));

    private static string Extent(LocalExtent extent) =>
        extent.SpecializationId is uint id ? $"{extent.Default} (constant {id})" : $"{extent.Default}";

    private static HlxValue Array<T>(IEnumerable<T> items, Func<T, HlxValue> convert) => HlxValue.Array([.. items.Select(convert)]);
}
