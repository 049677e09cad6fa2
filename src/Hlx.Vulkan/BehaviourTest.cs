using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Vulkan;

/// <summary>Runs shaders/behaviour.comp on the operands of <see cref="BehaviourProbe"/>, and shaders/loop_turns.comp, in one submission.</summary>
internal static class BehaviourTest
{
    private const int GroupSize = 64;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceUnsuitable"/> for a device that does not compute.</exception>
    public static DeviceBehaviour Run(VulkanContext device)
    {
        uint[] operands = BehaviourProbe.Operands();
        uint count = (uint)(operands.Length / BehaviourProbe.WordsPerTest);
        KernelLaunch arithmetic = Launch(
            "behaviour", (count + GroupSize - 1) / GroupSize, [count],
            KernelBuffer.Input(0, 0, MemoryMarshal.AsBytes(operands.AsSpan()).ToArray()), KernelBuffer.Output(0, 1, 4L * operands.Length), KernelBuffer.Output(0, 2, 4L * operands.Length));
        KernelLaunch loops = Launch("loop_turns", LoopProbe.Ways, [.. LoopProbe.Parameters], KernelBuffer.Output(0, 0, 4L * LoopProbe.Ways));
        IReadOnlyList<byte[]> outputs = device.Run(new KernelSequence([arithmetic, loops], [new(0, 0), new(0, 1), new(1, 0)]), Timeout).Outputs;
        ReadOnlySpan<uint> results = MemoryMarshal.Cast<byte, uint>(outputs[0]);
        (int right, int all) = BehaviourProbe.Products(operands, results);
        if (right < all) throw Unsuitable(device, $"{all - right} of {all} products of its self-test are wrong");
        if (!LoopProbe.TryRead(MemoryMarshal.Cast<byte, uint>(outputs[2]), out int? turns)) throw Unsuitable(device, "a loop of its self-test gave a wrong number");
        return BehaviourProbe.Read(operands, results, MemoryMarshal.Cast<byte, uint>(outputs[1])) with { SubgroupSize = device.Snapshot.SubgroupSize, LoopTurns = turns };
    }

    private static HlxException Unsuitable(VulkanContext device, string found) => new(
        ErrorCode.DeviceUnsuitable, $"{device.Name} cannot be used: it reported success, but {found}", "Name another device or update its driver");

    private static KernelLaunch Launch(string shader, uint workgroups, uint[] constants, params IReadOnlyList<KernelBuffer> buffers) => new(
        new ShaderCode(EmbeddedModule.Load(typeof(BehaviourTest).Assembly, shader)), "main", buffers, new Extent3(workgroups, 1, 1))
    {
        PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
        IsOfSelfTest = true,
    };
}
