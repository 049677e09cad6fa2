using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Spirv;

namespace Hlx.Vulkan;

/// <summary>Runs shaders/behaviour.comp on the operands of <see cref="BehaviourProbe"/>.</summary>
internal static class BehaviourTest
{
    private const int GroupSize = 64;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    public static DeviceBehaviour Run(VulkanContext device)
    {
        uint[] operands = BehaviourProbe.Operands();
        uint[] constants = [(uint)(operands.Length / BehaviourProbe.WordsPerTest)];
        KernelLaunch launch = new(
            new ShaderCode(EmbeddedModule.Load(typeof(BehaviourTest).Assembly, "behaviour")),
            "main",
            [KernelBuffer.Input(0, 0, MemoryMarshal.AsBytes(operands.AsSpan()).ToArray()), KernelBuffer.Output(0, 1, 4L * operands.Length), KernelBuffer.Output(0, 2, 4L * operands.Length)],
            new Extent3((constants[0] + GroupSize - 1) / GroupSize, 1, 1))
        {
            PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
        };
        IReadOnlyList<byte[]> outputs = device.Run(KernelSequence.Of(launch), Timeout).Outputs;
        return BehaviourProbe.Read(operands, MemoryMarshal.Cast<byte, uint>(outputs[0]), MemoryMarshal.Cast<byte, uint>(outputs[1])) with { SubgroupSize = device.Snapshot.SubgroupSize };
    }
}
