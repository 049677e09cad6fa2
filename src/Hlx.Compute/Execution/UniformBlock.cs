using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>Whether a tensor's bytes are the content of a uniform block, laid out as the shader says (std140 unless it says otherwise).</summary>
internal static class UniformBlock
{
    private const int Alignment = 16; // of blocks in std140, to which compilers of other languages pad them

    /// <summary>Refuses a tensor that has fewer bytes than the block, or more than its size rounded up, or elements of another type.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>.</exception>
    public static void Require(DescriptorBinding binding, OutputSpec tensor)
    {
        if (tensor.Type != DType.U8) ElementCheck.Require(binding, tensor.Type); // bytes may be anything
        long most = (binding.Bytes + Alignment - 1) / Alignment * Alignment;
        if (tensor.Bytes >= binding.Bytes && tensor.Bytes <= most) return;
        throw new HlxException(
            ErrorCode.ShapeMismatch,
            $"{BindingPlan.Describe(binding)} is a uniform block of {binding.Bytes} bytes and gets {Tensor.Describe(tensor.Type, tensor.Shape.ToArray())} of {tensor.Bytes} bytes",
            "Give the bytes of the whole block as the shader lays it out, such as a tensor of u8; `hlx shader inspect --json` shows the offsets");
    }
}
