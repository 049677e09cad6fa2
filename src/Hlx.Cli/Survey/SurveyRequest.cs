using Hlx.Compute;
using Hlx.Spirv;

namespace Hlx.Cli.Survey;

/// <summary>A request that is made up for an entry point: as much data as each binding demands, small constants, few workgroups.</summary>
internal static class SurveyRequest
{
    private const long Elements = 4096;
    private const uint MostDescriptors = 1024;
    private const long LeastBytes = 64 << 10;
    private const long MostBytes = 256L << 20;
    private const uint OpenExtent = 64;

    private static readonly Extent3 Workgroups = new(2, 1, 1);

    /// <summary>Plans a run.</summary>
    /// <exception cref="HlxException">As <see cref="KernelPlan.For"/>; <see cref="ErrorCode.SizeExceeded"/> for a binding of more than 256 MiB.</exception>
    public static KernelPlan Plan(VulkanShader shader, EntryPoint entry, DeviceCapabilities device, SurveyRange range)
    {
        SpirvModule module = shader.Code.Module;
        SurveyData data = new(range);
        (List<KernelOperand> inputs, List<OutputSpec> outputs) = ([], []);
        Dictionary<Handle, Tensor> initial = [];
        foreach (DescriptorBinding binding in entry.Bindings.Where(binding => binding.Kind.IsBuffer()).SelectMany(binding => Enumerable.Repeat(binding, (int)Math.Min(binding.Count, MostDescriptors))))
        {
            Tensor content = Content(binding, data);
            if (binding.Access == ResourceAccess.Read)
            {
                inputs.Add(KernelOperand.Of(content));
                continue;
            }
            Handle handle = Handle.Of(content.ToContract());
            initial[handle] = content;
            outputs.Add(new OutputSpec(content.Type, content.Shape.ToArray()) { Initial = handle });
        }
        uint[] size = [.. entry.LocalSize.Select(extent => extent.Default), 1, 1, 1];
        // Programs choose an extent that is left open; with one invocation, loops that go on by the size of a workgroup may never end.
        if (entry.LocalSize is [{ SpecializationId: not null, Default: 1 }, ..] && size[1] * size[2] == 1) size[0] = OpenExtent;
        ComputeKernel kernel = new("survey", Handle.Of(HlxValue.Null), new Extent3(size[0], size[1], size[2]))
        {
            Outputs = outputs,
            Dispatch = Workgroups,
            PushConstants = entry.PushConstantBytes > device.Limits.MaxPushConstantBytes
                ? []
                : [.. module.PushConstantScalars(entry).Select((scalar, i) => data.Constant(scalar.Type, i))],
        };
        return KernelPlan.For(kernel, shader, new KernelOperands(inputs) { Initial = initial }, device);
    }

    private static Tensor Content(DescriptorBinding binding, SurveyData data)
    {
        ScalarType element = binding.Element;
        DType type = binding.Kind == DescriptorKind.UniformBuffer ? DType.U8 : TexelFormats.TypeOf(binding.Format) ?? TypeOf(element);
        long bytes = binding.Kind == DescriptorKind.UniformBuffer ? binding.Bytes : Math.Max(LeastBytes, Math.Max(binding.Bytes, binding.Members.Select(End).DefaultIfEmpty(0).Max()));
        if (bytes > MostBytes)
            throw new HlxException(ErrorCode.SizeExceeded, $"binding {binding.Set}.{binding.Binding} ({binding.Name}) wants {bytes} bytes", "The survey gives at most 256 MiB");
        byte[] content = new byte[binding.Kind == DescriptorKind.UniformBuffer ? bytes : (bytes + 15) / 16 * 16];
        uint place = (binding.Set << 8) + binding.Binding;
        int step = Math.Max(element.Size(), type.Size());
        for (int at = 0; at + step <= content.Length; at += step) SurveyData.Write(content.AsSpan(at, step), data.Element(element, place, at / step));
        foreach (BlockMember member in binding.Members.Where(_ => element == ScalarType.Other)) Fill(content, member, data, place);
        return new Tensor(type, [content.Length / type.Size()], content);
    }

    // A block of several types gets numbers of its members' types.
    private static void Fill(byte[] content, BlockMember member, SurveyData data, uint place)
    {
        int size = member.Type.Size();
        if (size == 0) return;
        long length = member.ArrayLength is uint fixedLength and > 0 ? fixedLength : member.ArrayLength is null ? 1 : Elements;
        for (long item = 0; item < length; item++)
        {
            for (long component = 0; component < member.Components; component++)
            {
                long at = member.Offset + (item * member.ArrayStride) + (component * size);
                if (at + size <= content.Length) SurveyData.Write(content.AsSpan((int)at, size), data.Element(member.Type, place, at));
            }
        }
    }

    private static long End(BlockMember member)
    {
        long own = Math.Max(4, member.Components * member.Type.Size());
        return member.Offset + (member.ArrayLength is uint length ? Math.Max(own, member.ArrayStride) * (length == 0 ? Elements : length) : own);
    }

    private static DType TypeOf(ScalarType element) => element switch
    {
        ScalarType.Float16 => DType.F16,
        ScalarType.BFloat16 => DType.BF16,
        ScalarType.Float32 => DType.F32,
        ScalarType.Float64 => DType.F64,
        ScalarType.Int8 => DType.I8,
        ScalarType.UInt8 => DType.U8,
        ScalarType.Int16 => DType.I16,
        ScalarType.UInt16 => DType.U16,
        ScalarType.Int32 => DType.I32,
        ScalarType.Int64 => DType.I64,
        ScalarType.UInt64 => DType.U64,
        _ => DType.U32,
    };
}
