namespace Hlx.Spirv;

/// <summary>Reads descriptor bindings from variables.</summary>
internal sealed class BindingReader(TypeTable types, ConstantTable constants, Annotations annotations, BlockLayout layout)
{
    /// <summary>Whether a variable is bound to a descriptor.</summary>
    public bool IsBound(Instruction variable) => annotations.Has(variable.Result, Decoration.Binding);

    /// <summary>The bindings of variables, those that share a set and a binding as one; in ascending order.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="accesses">What code does with them, as far as that is known.</param>
    public List<DescriptorBinding> Read(IEnumerable<Instruction> variables, IReadOnlyDictionary<uint, ResourceAccess> accesses) =>
    [
        .. variables.Select(variable => Read(variable, accesses.GetValueOrDefault(variable.Result)))
            .GroupBy(binding => (binding.Set, binding.Binding)).OrderBy(group => group.Key).Select(Merge),
    ];

    /// <summary>The members of a block; none for what is no block.</summary>
    public List<BlockMember> Members(uint block)
    {
        ReadOnlySpan<uint> memberTypes = types.MembersOf(block);
        List<BlockMember> members = [];
        for (uint i = 0; i < memberTypes.Length; i++)
        {
            uint type = memberTypes[(int)i];
            (uint element, uint? length) = types[type] switch
            {
                { Op: Op.TypeRuntimeArray } array => (array[0], 0u),
                { Op: Op.TypeArray } array => (array[0], (uint)(constants[array[1]] ?? 0)),
                _ => (type, (uint?)null),
            };
            (uint scalar, uint components) = types[element] is { Op: Op.TypeVector } vector ? (vector[0], vector[1]) : (element, 1);
            members.Add(new(annotations.NameOf(block, i), types.ScalarOf(scalar), annotations.FindMember(block, i, Decoration.Offset) ?? 0)
            {
                Components = components,
                ArrayLength = length,
                ArrayStride = length is null ? 0 : annotations.Find(type, Decoration.ArrayStride) ?? 0,
            });
        }
        return members;
    }

    private DescriptorBinding Read(Instruction variable, ResourceAccess access)
    {
        (uint type, uint count) = types.WithoutArrays(types.Pointee(variable.ResultType), constants);
        string name = annotations.NameOf(variable.Result);
        bool isReadOnly = Is(variable.Result, type, Decoration.NonWritable), isWriteOnly = Is(variable.Result, type, Decoration.NonReadable);
        DescriptorKind kind = KindOf((StorageClass)variable[0], type);
        uint image = types[type] is { Op: Op.TypeSampledImage } sampled ? sampled[0] : type;
        return new(
            annotations.Find(variable.Result, Decoration.DescriptorSet) ?? 0, annotations.Find(variable.Result, Decoration.Binding) ?? 0,
            name.Length > 0 ? name : annotations.NameOf(type), kind, count)
        {
            IsReadOnly = isReadOnly,
            IsWriteOnly = isWriteOnly,
            Access = Effective(access, isReadOnly || kind is not (DescriptorKind.StorageBuffer or DescriptorKind.StorageTexelBuffer or DescriptorKind.StorageImage), isWriteOnly),
            Members = Members(type),
            Bytes = layout.Bytes(type),
            Format = types[image] is { Op: Op.TypeImage } format ? (ImageFormat)format[6] : ImageFormat.Unknown,
            Texel = types[image] is { Op: Op.TypeImage } texel ? types.ScalarOf(texel[0]) : ScalarType.Other,
        };
    }

    private static ResourceAccess Effective(ResourceAccess found, bool isReadOnly, bool isWriteOnly) =>
        isReadOnly || (found == ResourceAccess.None && !isWriteOnly) ? ResourceAccess.Read : isWriteOnly ? ResourceAccess.Write : found;

    private static DescriptorBinding Merge(IEnumerable<DescriptorBinding> aliases)
    {
        DescriptorBinding[] all = [.. aliases];
        if (all.Length == 1) return all[0];
        return all[0] with
        {
            Count = all.Any(binding => binding.Count == 0) ? 0 : all.Max(binding => binding.Count),
            IsReadOnly = all.All(binding => binding.IsReadOnly),
            IsWriteOnly = all.All(binding => binding.IsWriteOnly),
            Access = all.Aggregate(ResourceAccess.None, (access, binding) => access | binding.Access),
            Members = [.. all.SelectMany(binding => binding.Members)],
            Bytes = all.Max(binding => binding.Bytes),
        };
    }

    private DescriptorKind KindOf(StorageClass storage, uint type) => types[type] switch
    {
        { Op: Op.TypeStruct } => storage == StorageClass.StorageBuffer || annotations.Has(type, Decoration.BufferBlock) ? DescriptorKind.StorageBuffer
            : storage == StorageClass.Uniform ? DescriptorKind.UniformBuffer : DescriptorKind.Other,
        { Op: Op.TypeSampler } => DescriptorKind.Sampler,
        { Op: Op.TypeAccelerationStructureKHR } => DescriptorKind.AccelerationStructure,
        { Op: Op.TypeSampledImage } sampled => types[sampled[0]] is { Op: Op.TypeImage } image && (Dim)image[1] == Dim.Buffer
            ? DescriptorKind.UniformTexelBuffer : DescriptorKind.CombinedImageSampler,
        { Op: Op.TypeImage } image => (Dim)image[1] switch
        {
            Dim.SubpassData => DescriptorKind.InputAttachment,
            Dim.Buffer => image[5] == 2 ? DescriptorKind.StorageTexelBuffer : DescriptorKind.UniformTexelBuffer,
            _ => image[5] == 2 ? DescriptorKind.StorageImage : DescriptorKind.SampledImage,
        },
        _ => DescriptorKind.Other,
    };

    private bool Is(uint variable, uint block, Decoration decoration) => annotations.Has(variable, decoration)
        || (types.MembersOf(block).Length is > 0 and int members
            && Enumerable.Range(0, members).All(member => annotations.HasMember(block, (uint)member, decoration)));
}
