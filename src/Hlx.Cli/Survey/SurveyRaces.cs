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
        uint set = launch.Buffers.Max(buffer => buffer.Set), binding = launch.Buffers.Where(buffer => buffer.Set == set).Max(buffer => buffer.Binding) + 1;
        SpirvModule module = launch.Code.Module;
        if (RaceProbe.MarksBytes(bytes) > MostBytes) return null;
        if (RaceProbe.Rewrite(module, module.RequireCompute(launch.EntryPoint), starts, (set, binding)) is not { } probe) return null;
        KernelBuffer marks = KernelBuffer.Output(set, binding, RaceProbe.MarksBytes(bytes));
        KernelResult result = device.Run(launch with { Code = new ShaderCode(probe), Buffers = [.. launch.Buffers, marks] });
        return BitConverter.ToUInt32(result.Outputs[^1], sizeof(uint) * RaceProbe.MetWord) != 0;
    }
}
