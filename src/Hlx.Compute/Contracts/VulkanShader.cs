using Hlx.Spirv;
using Hlx.Store;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>A value with the form of a contract.</summary>
public interface IContract
{
    /// <summary>The contract as a value: <c>{"id":{…}}</c>.</summary>
    HlxValue ToValue();
}

/// <summary>A shader (CONTRACT_900): a SPIR-V module and the entry point to run.</summary>
/// <param name="Spirv">The module.</param>
/// <param name="EntryPoint">The name of the entry point.</param>
/// <param name="Stage">The stage, <c>compute</c> for everything that HLX executes.</param>
public sealed record VulkanShader(ReadOnlyMemory<byte> Spirv, string EntryPoint, string Stage) : IContract
{
    /// <summary>The contract number.</summary>
    public const int ContractId = 900;

    /// <summary>The stage that HLX executes.</summary>
    public const string ComputeStage = "compute";

    /// <summary>The module as launches carry it.</summary>
    public ShaderCode Code { get; } = new(Spirv);

    /// <summary>Handles that describe the descriptor bindings; stored, not interpreted.</summary>
    public IReadOnlyList<Handle> DescriptorBindings { get; init; } = [];

    /// <summary>A compute shader.</summary>
    /// <param name="spirv">The module, little-endian.</param>
    /// <param name="entryPoint">The name of a compute entry point.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.SpirvInvalid"/>, <see cref="ErrorCode.EntryPointMissing"/>,
    /// <see cref="ErrorCode.StageUnsupported"/>.</exception>
    public static VulkanShader Compute(ReadOnlyMemory<byte> spirv, string entryPoint = "main")
    {
        SpirvModule.Parse(spirv).RequireCompute(entryPoint);
        return new(spirv, entryPoint, ComputeStage);
    }

    /// <inheritdoc/>
    public HlxValue ToValue()
    {
        List<(string, HlxValue)> fields =
        [
            ("spirv_binary", HlxValue.Bytes(Spirv.Span)),
            ("entry_point", EntryPoint),
            ("shader_stage", Stage),
        ];
        if (DescriptorBindings.Count > 0) fields.Add(("descriptor_bindings", ContractValues.Handles(DescriptorBindings)));
        return ContractValues.Wrap(ContractId, fields);
    }

    /// <summary>Reads a contract.</summary>
    /// <param name="value">A CONTRACT_900 value.</param>
    /// <exception cref="HlxException">As <see cref="ContractValidator.Validate"/>.</exception>
    public static VulkanShader FromValue(HlxValue value)
    {
        HlxObject fields = ContractValues.Unwrap(ContractId, value);
        return new(fields["spirv_binary"].AsBytes(), fields["entry_point"].AsText(), fields["shader_stage"].AsText())
        {
            DescriptorBindings = ContractValues.Handles(fields, "descriptor_bindings"),
        };
    }
}
