using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Vulkan;

namespace Hlx.Cli.Survey;

/// <summary>Whether invocations of a made-up run meet at an element: with sizes that do not fit together they may, and nothing is promised then.</summary>
internal static class SurveyRaces
{
    private const long MostBytes = 512L << 20;

    /// <summary>Runs a launch as a <see cref="RaceProbe"/>.</summary>
    /// <returns>Whether invocations met; null if that cannot be told.</returns>
    public static bool? Meet(VulkanContext device, KernelLaunch launch)
    {
        Dictionary<(uint, uint), long> starts = [];
        long bytes = 0;
        foreach (KernelBuffer buffer in launch.Buffers.Where(buffer => buffer is { Kind: DescriptorKind.StorageBuffer, Element: 0 }))
        {
            starts[(buffer.Set, buffer.Binding)] = bytes;
            bytes += buffer.Bytes;
        }
        SpirvModule module = launch.Code.Module;
        long marksBytes = ProbingModule.MarksBytes(bytes);
        if (marksBytes > MostBytes || RaceProbe.Rewrite(module, module.RequireCompute(launch.EntryPoint), starts) is not { } probe) return null;
        KernelBuffer marks = KernelBuffer.Output(0, probe.Binding, marksBytes);
        KernelResult result = device.Run(launch with { Code = new ShaderCode(probe.Spirv), Buffers = [.. launch.Buffers, marks] });
        return BitConverter.ToUInt32(result.Outputs[^1]) != 0;
    }
}
